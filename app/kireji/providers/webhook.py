"""Tells an address of the person's own what has become of a job, signed as Standard Webhooks are.

The receiver computes the HMAC-SHA-256 of `id.timestamp.body` with the secret that both know and compares; the id stays
the same whenever a message is sent again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from kireji import __version__
from kireji.core.errors import AuthenticationFailed, ProviderError, RequestRejected
from kireji.core.jobs.values import Delivery
from kireji.core.jobs.webhooks import signing_key
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.addresses import HasPassword, NoAddress, target
from kireji.providers.http import HttpClient

PROVIDER = "webhook"
_SECONDS = 30.0
_READ = 4096
_GONE = 410


def signature(secret: Secret, id: str, timestamp: int, body: bytes) -> str:
    """What stands in `webhook-signature`.

    Args:
        secret: `whsec_` and the key in Base64.
        id: Of the message.
        timestamp: When it is sent, in seconds since 1970.
        body: What is sent.

    Raises:
        AuthenticationFailed: The secret is none.
    """
    key = signing_key(secret.reveal())
    if not key:
        raise AuthenticationFailed(
            say("The secret of the webhook is not one: it begins with whsec_, and Base64 follows."),
            say("Make a new one with: kireji keys new webhook"),
            provider=PROVIDER,
        )
    signed = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


class WebhookSender:
    """Sends messages.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def send(self, gate: Gate, delivery: Delivery, secret: Secret, now: datetime) -> None:
        """Send a message once; every answer from 200 to 299 is a good one.

        Args:
            gate: Records it.
            delivery: The message.
            secret: Signs it.
            now: The time.

        Raises:
            RequestRejected: The address is none, leads elsewhere, or says that nobody is there any more.
            AuthenticationFailed: The secret is none.
            ProviderError: It was not reached, or refused; it may take it later.
        """
        _check(delivery.address)
        timestamp = int(now.timestamp())
        headers = {
            "user-agent": f"kireji/{__version__}",
            "content-type": "application/json",
            "accept-encoding": "identity",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, delivery.id, timestamp, delivery.body),
        }
        outgoing = OutgoingRequest(
            PROVIDER,
            "POST",
            delivery.address,
            headers,
            delivery.body,
            "",
            Purpose.WEBHOOK,
            silence=_SECONDS,
            total=_SECONDS,
        )
        cleared = await gate(outgoing)
        answer = await self._http.fetch(cleared, None, accepts=(), largest=_READ, any_status=True, cut=True)
        if 200 <= answer.status < 300:
            return
        if answer.status == _GONE or 300 <= answer.status < 400:
            raise RequestRejected(
                say("{host} does not take messages at this address.", host=outgoing.host),
                say("Correct the address of the webhook in the settings."),
                provider=PROVIDER,
                detail=f"HTTP {answer.status}",
            )
        raise ProviderError(
            say("{host} answered {status}.", host=outgoing.host, status=answer.status),
            say("It is told again later."),
            provider=PROVIDER,
            retryable=True,
            detail=f"HTTP {answer.status}",
        )


def _check(url: str) -> None:
    """Raises RequestRejected: nothing may be sent there."""
    try:
        target(url)
    except NoAddress:
        message = say("The address of the webhook is not an address of the web.")
    except HasPassword:
        message = say("The address of the webhook has a name or password in it, and nothing is sent there.")
    else:
        return
    raise RequestRejected(message, say("Correct it in the settings."), provider=PROVIDER)

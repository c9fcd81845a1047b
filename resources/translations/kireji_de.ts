<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>Kireji</name>
        <message>
            <source> (line {line})</source>
            <translation> (Zeile {line})</translation>
        </message>
        <message>
            <source>"level" only goes with a single category.</source>
            <translation>"level" geht nur mit einer einzigen Kategorie.</translation>
        </message>
        <message>
            <source>#</source>
            <translation>Nr.</translation>
        </message>
        <message>
            <source>${amount}</source>
            <translation>{amount} $</translation>
        </message>
        <message>
            <source>(/ for prompts)</source>
            <translation>(/ für Schnellfragen)</translation>
        </message>
        <message>
            <source>(/ for prompts, drop files or images)</source>
            <translation>(/ für Schnellfragen, Dateien oder Bilder ablegen)</translation>
        </message>
        <message>
            <source>**{action}** by the policy “{title}”, version {version}.</source>
            <translation>**{action}** nach der Richtlinie „{title}“, Version {version}.</translation>
        </message>
        <message>
            <source>*Read on this computer; single letters may be wrong. The question was not sent to any model.*</source>
            <translation>*Auf diesem Computer gelesen; einzelne Buchstaben können falsch sein. Die Frage wurde an kein Modell gesendet.*</translation>
        </message>
        <message>
            <source>+49 30 1234567</source>
            <translation>+49 30 1234567</translation>
        </message>
        <message>
            <source>, </source>
            <translation>, </translation>
        </message>
        <message numerus="yes">
            <source>, {n} see pictures</source>
            <extracomment>, 1 sees pictures</extracomment>
            <translation>
                <numerusform>, {n} sieht Bilder</numerusform>
                <numerusform>, {n} sehen Bilder</numerusform>
            </translation>
        </message>
        <message>
            <source>-----BEGIN PRIVATE KEY-----</source>
            <translation>-----BEGIN PRIVATE KEY-----</translation>
        </message>
        <message>
            <source>--note goes with --accept or --overrule</source>
            <translation>--note gehört zu --accept oder --overrule</translation>
        </message>
        <message>
            <source>--overrule takes ROW=ACTION or ROW=ACTION:CATEGORY with one of {names}, not {text}</source>
            <translation>--overrule nimmt ZEILE=AKTION oder ZEILE=AKTION:KATEGORIE mit einem von {names}, nicht {text}</translation>
        </message>
        <message>
            <source>--schema goes with a question of your own, or with --extract</source>
            <translation>--schema gehört zu einer eigenen Frage oder zu --extract</translation>
        </message>
        <message>
            <source>1 bad line left out</source>
            <translation>1 unbrauchbare Zeile ausgelassen</translation>
        </message>
        <message>
            <source>1 duplicate merged</source>
            <translation>1 Duplikat vereint</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1 Stunde</translation>
        </message>
        <message>
            <source>1 line cannot be asked, so nothing was added.</source>
            <translation>1 Zeile kann nicht gefragt werden, deshalb wurde nichts hinzugefügt.</translation>
        </message>
        <message>
            <source>1 minute</source>
            <translation>1 Minute</translation>
        </message>
        <message>
            <source>1 row</source>
            <translation>1 Zeile</translation>
        </message>
        <message>
            <source>1 row gave nothing and is left out; see kireji batch results ID --failed.</source>
            <translation>1 Zeile ergab nichts und wird ausgelassen; siehe kireji batch results ID --failed.</translation>
        </message>
        <message>
            <source>1 row has not ended yet and is left out.</source>
            <translation>1 Zeile ist noch nicht beendet und wird ausgelassen.</translation>
        </message>
        <message>
            <source>1 second</source>
            <translation>1 Sekunde</translation>
        </message>
        <message>
            <source>1 tool</source>
            <translation>1 Werkzeug</translation>
        </message>
        <message>
            <source>4111 1111 1111 1111; only numbers whose check digit is right</source>
            <translation>4111 1111 1111 1111; nur Nummern, deren Prüfziffer stimmt</translation>
        </message>
        <message>
            <source>: about {now} instead of {otherwise}</source>
            <translation>: ungefähr {now} statt {otherwise}</translation>
        </message>
        <message>
            <source>; did you mean {name}?</source>
            <translation>; war {name} gemeint?</translation>
        </message>
        <message>
            <source>&lt; {amount}</source>
            <translation>&lt; {amount}</translation>
        </message>
        <message>
            <source>?</source>
            <translation>?</translation>
        </message>
        <message>
            <source>A JSON schema</source>
            <translation>Ein JSON-Schema</translation>
        </message>
        <message>
            <source>A batch of the same size turned out to be another one's.</source>
            <translation>Ein Stapel derselben Größe erwies sich als ein fremder.</translation>
        </message>
        <message>
            <source>A batch service says nothing of a batch before it has ended: smaller batches show progress sooner. Their size holds for jobs that are made from now on.</source>
            <translation>Ein Stapeldienst sagt nichts über einen Stapel, bevor er beendet ist: Kleinere Stapel zeigen früher einen Fortschritt. Die Größe gilt für Aufgaben, die von jetzt an angelegt werden.</translation>
        </message>
        <message>
            <source>A budget in settings.toml cannot be read, so nothing was sent.</source>
            <translation>Ein Budget in settings.toml kann nicht gelesen werden, deshalb wurde nichts gesendet.</translation>
        </message>
        <message>
            <source>A change makes the next question cost more: the service reads the conversation anew.</source>
            <translation>Eine Änderung macht die nächste Frage teurer: Der Dienst liest die Unterhaltung neu.</translation>
        </message>
        <message>
            <source>A choice</source>
            <translation>Eine Auswahl</translation>
        </message>
        <message>
            <source>A click shows what is new. Nothing is downloaded or installed by itself.</source>
            <translation>Ein Klick zeigt, was neu ist. Nichts wird von selbst heruntergeladen oder installiert.</translation>
        </message>
        <message>
            <source>A column in braces stands for what the row has there.</source>
            <translation>Eine Spalte in geschweiften Klammern steht für das, was die Zeile dort hat.</translation>
        </message>
        <message>
            <source>A column in braces; empty takes the column “text”.</source>
            <translation>Eine Spalte in geschweiften Klammern; leer gilt die Spalte „text“.</translation>
        </message>
        <message>
            <source>A comparison</source>
            <translation>Ein Vergleich</translation>
        </message>
        <message>
            <source>A comparison needs no words.</source>
            <translation>Ein Vergleich braucht keine Worte.</translation>
        </message>
        <message>
            <source>A comparison takes two pictures: drop two folders or two pictures here.</source>
            <translation>Ein Vergleich braucht zwei Bilder: hier zwei Ordner oder zwei Bilder ablegen.</translation>
        </message>
        <message>
            <source>A comparison takes two pictures; the row has {count}.</source>
            <translation>Ein Vergleich braucht zwei Bilder; die Zeile hat {count}.</translation>
        </message>
        <message>
            <source>A content check held the question back{why}.</source>
            <translation>Eine Inhaltsprüfung hat die Frage zurückgehalten{why}.</translation>
        </message>
        <message>
            <source>A document</source>
            <translation>Ein Dokument</translation>
        </message>
        <message>
            <source>A file</source>
            <translation>Eine Datei</translation>
        </message>
        <message>
            <source>A file is named by its whole path.</source>
            <translation>Eine Datei wird mit ihrem ganzen Pfad genannt.</translation>
        </message>
        <message>
            <source>A file needs a name.</source>
            <translation>Eine Datei braucht einen Namen.</translation>
        </message>
        <message>
            <source>A file on another computer was not attached. Copy it to this one first.</source>
            <translation>Eine Datei auf einem anderen Computer wurde nicht angehängt. Sie zuerst auf diesen kopieren.</translation>
        </message>
        <message>
            <source>A folder of pictures</source>
            <translation>Ein Ordner mit Bildern</translation>
        </message>
        <message>
            <source>A job asks about every row of a file, or every picture in a folder, in the same way: receipts become a table, pictures get their texts, letters are sorted by subject.</source>
            <translation>Eine Aufgabe fragt zu jeder Zeile einer Datei oder jedem Bild eines Ordners auf dieselbe Weise: Aus Belegen wird eine Tabelle, Bilder erhalten ihre Texte, Briefe werden nach Themen geordnet.</translation>
        </message>
        <message>
            <source>A job needs you</source>
            <translation>Eine Aufgabe wartet auf Sie</translation>
        </message>
        <message>
            <source>A key belongs to one address, and there is none.</source>
            <translation>Ein Schlüssel gehört zu einer Adresse, und es gibt keine.</translation>
        </message>
        <message>
            <source>A key can be used for this session only.</source>
            <translation>Ein Schlüssel kann nur für diese Sitzung verwendet werden.</translation>
        </message>
        <message>
            <source>A key can be used for this session only; it is never written to a file.</source>
            <translation>Ein Schlüssel kann nur für diese Sitzung verwendet werden; er wird nie in eine Datei geschrieben.</translation>
        </message>
        <message>
            <source>A labelled set holds texts of which people have said what the policy should make of them, one JSON object a line. All of it is judged by the text as it stands here, saved or not.</source>
            <translation>Ein Prüfsatz enthält Texte, von denen Menschen gesagt haben, was die Richtlinie daraus machen soll, ein JSON-Objekt je Zeile. Alles darin wird nach dem Text beurteilt, wie er hier steht, gesichert oder nicht.</translation>
        </message>
        <message>
            <source>A line of {name} is too long to be shown here. Break it, or use another editor.</source>
            <translation>Eine Zeile von {name} ist zu lang, um hier gezeigt zu werden. Sie umbrechen oder einen anderen Editor verwenden.</translation>
        </message>
        <message>
            <source>A line with params has neither a method nor a url.</source>
            <translation>Eine Zeile mit params hat weder method noch url.</translation>
        </message>
        <message>
            <source>A message has no “{field}”.</source>
            <translation>Einer Nachricht fehlt „{field}“.</translation>
        </message>
        <message>
            <source>A name has up to 64 letters, digits, spaces and the signs . _ - ( ) @ +.</source>
            <translation>Ein Name hat bis zu 64 Buchstaben, Ziffern, Leerzeichen und die Zeichen . _ - ( ) @ +.</translation>
        </message>
        <message>
            <source>A name stands twice in it, once with a picture or a document.</source>
            <translation>Ein Name steht zweimal darin, einmal mit einem Bild oder Dokument.</translation>
        </message>
        <message>
            <source>A network's login page or a proxy may be in the way: open a web browser, log in, and ask again.</source>
            <translation>Die Anmeldeseite eines Netzes oder ein Proxy kann im Weg sein: einen Browser öffnen, anmelden und noch einmal fragen.</translation>
        </message>
        <message>
            <source>A number between {lowest} and {highest}, please; {value} stays.</source>
            <translation>Bitte eine Zahl zwischen {lowest} und {highest}; {value} bleibt.</translation>
        </message>
        <message>
            <source>A page for a tool</source>
            <translation>Eine Seite für ein Werkzeug</translation>
        </message>
        <message>
            <source>A person shall decide.</source>
            <translation>Ein Mensch soll entscheiden.</translation>
        </message>
        <message>
            <source>A picture</source>
            <translation>Ein Bild</translation>
        </message>
        <message>
            <source>A picture in it is of an unknown kind, or damaged.</source>
            <translation type="vanished">Ein Bild darin ist von unbekannter Art oder beschädigt.</translation>
        </message>
        <message>
            <source>A picture in it is written in an unusual way.</source>
            <translation>Ein Bild darin ist auf ungewöhnliche Weise geschrieben.</translation>
        </message>
        <message>
            <source>A picture in this conversation is larger than the service takes.</source>
            <translation>Ein Bild in dieser Unterhaltung ist größer, als der Dienst annimmt.</translation>
        </message>
        <message>
            <source>A picture of this job is missing or damaged.</source>
            <translation>Ein Bild dieser Aufgabe fehlt oder ist beschädigt.</translation>
        </message>
        <message>
            <source>A picture or document is missing.</source>
            <translation>Ein Bild oder Dokument fehlt.</translation>
        </message>
        <message>
            <source>A picture or document was changed or damaged.</source>
            <translation>Ein Bild oder Dokument wurde verändert oder beschädigt.</translation>
        </message>
        <message>
            <source>A picture that you named</source>
            <translation>Ein Bild, das Sie genannt haben</translation>
        </message>
        <message>
            <source>A piece of JSON from the server's documentation can be pasted into any of these fields.</source>
            <translation>In jedes dieser Felder kann ein Stück JSON aus der Dokumentation des Servers eingefügt werden.</translation>
        </message>
        <message>
            <source>A place in the prompt has no name.</source>
            <translation>Eine Stelle im Prompt hat keinen Namen.</translation>
        </message>
        <message>
            <source>A policy cannot be named {name}.</source>
            <translation>Eine Richtlinie kann nicht {name} heißen.</translation>
        </message>
        <message>
            <source>A program on this computer</source>
            <translation>Ein Programm auf diesem Computer</translation>
        </message>
        <message>
            <source>A proxy in between may hold streams back: check the proxy settings or the address of the service.</source>
            <translation>Ein Proxy dazwischen hält Ströme vielleicht zurück: die Proxy-Einstellungen oder die Adresse des Dienstes prüfen.</translation>
        </message>
        <message>
            <source>A question</source>
            <translation>Eine Frage</translation>
        </message>
        <message>
            <source>A question takes up to {most} files and pictures.</source>
            <translation>Eine Frage nimmt bis zu {most} Dateien und Bilder.</translation>
        </message>
        <message>
            <source>A question takes up to {most} folders, pages and conversations.</source>
            <translation>Eine Frage nimmt bis zu {most} Ordner, Seiten und Unterhaltungen.</translation>
        </message>
        <message>
            <source>A question that could pass a budget is not sent. What it may cost at most is kept free for it while it runs, so many at once do not pass it either.</source>
            <translation>Eine Frage, die ein Budget überschreiten könnte, wird nicht gesendet. Was sie höchstens kosten kann, wird für sie freigehalten, solange sie läuft; so überschreiten es auch viele zugleich nicht.</translation>
        </message>
        <message>
            <source>A question waits for your answer before it is sent.</source>
            <translation>Eine Frage wartet auf Ihre Antwort, bevor sie gesendet wird.</translation>
        </message>
        <message numerus="yes">
            <source>A question with {n} pictures or files</source>
            <extracomment>A question with a picture or file</extracomment>
            <translation>
                <numerusform>Eine Frage mit einem Bild oder einer Datei</numerusform>
                <numerusform>Eine Frage mit {n} Bildern oder Dateien</numerusform>
            </translation>
        </message>
        <message>
            <source>A quotation mark is missing in the command.</source>
            <translation>Im Befehl fehlt ein Anführungszeichen.</translation>
        </message>
        <message>
            <source>A redirect</source>
            <translation>Eine Weiterleitung</translation>
        </message>
        <message>
            <source>A row's number is that of its column, too.</source>
            <translation>Die Nummer einer Zeile ist auch die ihrer Spalte.</translation>
        </message>
        <message>
            <source>A rule of this {name} account held the question back.</source>
            <translation>Eine Regel dieses Kontos bei {name} hat die Frage zurückgehalten.</translation>
        </message>
        <message>
            <source>A schema is a JSON object, in braces.</source>
            <translation>Ein Schema ist ein JSON-Objekt in geschweiften Klammern.</translation>
        </message>
        <message>
            <source>A schema is a JSON object.</source>
            <translation>Ein Schema ist ein JSON-Objekt.</translation>
        </message>
        <message>
            <source>A secret belongs to one address, and there is none.</source>
            <translation>Ein Geheimnis gehört zu einer Adresse, und es gibt keine.</translation>
        </message>
        <message>
            <source>A secret is kept in your system keychain, never in a file. Only this server gets it.</source>
            <translation>Ein Geheimnis wird im Schlüsselbund des Systems aufbewahrt, nie in einer Datei. Nur dieser Server erhält es.</translation>
        </message>
        <message>
            <source>A server or a plugin is a program of its own: what it sends, and to whom, is not recorded in the list of what left this computer. Only add what you trust.</source>
            <translation>Ein Server oder ein Plugin ist ein eigenes Programm: Was es sendet und an wen, steht nicht in der Liste dessen, was diesen Computer verlassen hat. Nur hinzufügen, was Sie für vertrauenswürdig halten.</translation>
        </message>
        <message>
            <source>A server's name is 1 to {most} visible characters.</source>
            <translation>Der Name eines Servers hat 1 bis {most} sichtbare Zeichen.</translation>
        </message>
        <message>
            <source>A stored picture is missing or damaged.</source>
            <translation>Ein gespeichertes Bild fehlt oder ist beschädigt.</translation>
        </message>
        <message>
            <source>A sum of US dollars, please, such as 10 or 2.50; empty sets none.</source>
            <translation>Bitte ein Betrag in US-Dollar, zum Beispiel 10 oder 2.50; leer setzt keinen.</translation>
        </message>
        <message>
            <source>A table</source>
            <translation>Eine Tabelle</translation>
        </message>
        <message>
            <source>A table out of the picture</source>
            <translation>Eine Tabelle aus dem Bild</translation>
        </message>
        <message>
            <source>A template with one category</source>
            <translation>Eine Vorlage mit einer Kategorie</translation>
        </message>
        <message>
            <source>A text, and a picture if you like</source>
            <translation>Ein Text und, wenn gewünscht, ein Bild</translation>
        </message>
        <message>
            <source>A tool</source>
            <translation>Ein Werkzeug</translation>
        </message>
        <message>
            <source>A tool lets a model do something: work something out, read a file, look at a page. You are asked first, unless you have allowed it.</source>
            <translation>Mit einem Werkzeug kann ein Modell etwas tun: etwas ausrechnen, eine Datei lesen, eine Seite ansehen. Sie werden vorher gefragt, sofern Sie es nicht schon erlaubt haben.</translation>
        </message>
        <message>
            <source>A tool that it calls read-only then counts as such: once allowed, it does not ask again where words from outside stand in the conversation.</source>
            <translation>Ein Werkzeug, das er oder es als nur lesend bezeichnet, gilt dann auch so: Einmal erlaubt, fragt es nicht noch einmal, wenn Worte von außen in der Unterhaltung stehen.</translation>
        </message>
        <message>
            <source>A tool would have sent what is hidden from the model.</source>
            <translation>Ein Werkzeug hätte gesendet, was vor dem Modell verborgen ist.</translation>
        </message>
        <message>
            <source>A translation in place</source>
            <translation>Eine Übersetzung an Ort und Stelle</translation>
        </message>
        <message>
            <source>A translation needs no words, only a variable named language.</source>
            <translation>Eine Übersetzung braucht keine Worte, nur eine Variable namens language.</translation>
        </message>
        <message>
            <source>A verdict</source>
            <translation>Ein Urteil</translation>
        </message>
        <message>
            <source>A version that would comply:</source>
            <translation>Eine Fassung, die der Richtlinie entspräche:</translation>
        </message>
        <message>
            <source>A web page</source>
            <translation>Eine Webseite</translation>
        </message>
        <message>
            <source>A window</source>
            <translation>Ein Fenster</translation>
        </message>
        <message>
            <source>A window of Kireji lies over the watched region, which is not looked at until it is gone.</source>
            <translation>Ein Fenster von Kireji liegt über dem beobachteten Bereich; solange wird dieser nicht angesehen.</translation>
        </message>
        <message>
            <source>A word must have at least {least} characters; shorter ones are in every text.</source>
            <translation>Ein Wort muss mindestens {least} Zeichen haben; kürzere stehen in jedem Text.</translation>
        </message>
        <message>
            <source>A, B, P, T, N, R</source>
            <translation>A, B, P, T, N, R</translation>
        </message>
        <message>
            <source>About</source>
            <translation>Über</translation>
        </message>
        <message>
            <source>About the text that is selected.</source>
            <translation>Zum ausgewählten Text.</translation>
        </message>
        <message>
            <source>About what was copied and what is selected.</source>
            <translation>Zu dem, was kopiert wurde und was ausgewählt ist.</translation>
        </message>
        <message>
            <source>About what was copied.</source>
            <translation>Zu dem, was kopiert wurde.</translation>
        </message>
        <message>
            <source>Above here is no longer sent</source>
            <translation>Was darüber steht, wird nicht mehr gesendet</translation>
        </message>
        <message>
            <source>Above here, only the first question is still sent</source>
            <translation>Von dem, was darüber steht, wird nur noch die erste Frage gesendet</translation>
        </message>
        <message>
            <source>Accept (A)</source>
            <translation>Annehmen (A)</translation>
        </message>
        <message>
            <source>Accept: {action} (A)</source>
            <translation>Annehmen: {action} (A)</translation>
        </message>
        <message>
            <source>Accepted: {action}</source>
            <translation>Angenommen: {action}</translation>
        </message>
        <message>
            <source>Actions agree in {share}; beyond chance: {kappa} (Cohen's kappa).</source>
            <translation>Die Aktionen stimmen in {share} überein; über den Zufall hinaus: {kappa} (Cohens Kappa).</translation>
        </message>
        <message>
            <source>Actual size</source>
            <translation>Originalgröße</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Hinzufügen</translation>
        </message>
        <message>
            <source>Add Control or Command in Settings, or update macOS.</source>
            <translation>In den Einstellungen Control oder Command hinzufügen oder macOS aktualisieren.</translation>
        </message>
        <message>
            <source>Add Kireji in System Settings, General, Login Items.</source>
            <translation>Kireji unter Systemeinstellungen, Allgemein, Anmeldeobjekte hinzufügen.</translation>
        </message>
        <message>
            <source>Add Kireji to the Startup folder (shell:startup).</source>
            <translation>Kireji in den Autostart-Ordner (shell:startup) legen.</translation>
        </message>
        <message>
            <source>Add Kireji to the start-up programs in the desktop's settings.</source>
            <translation>Kireji in den Einstellungen des Desktops zu den Startprogrammen hinzufügen.</translation>
        </message>
        <message>
            <source>Add a folder or a repository</source>
            <translation>Einen Ordner oder ein Repository hinzufügen</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>Ordner hinzufügen…</translation>
        </message>
        <message>
            <source>Add a header…</source>
            <translation>Header hinzufügen…</translation>
        </message>
        <message>
            <source>Add a key for this server</source>
            <translation>Schlüssel für diesen Server hinzufügen</translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle einen Schlüssel hinzufügen, oder mit: kireji keys set {provider}</translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle einen Schlüssel hinzufügen.</translation>
        </message>
        <message>
            <source>Add a key in the settings, or with: kireji keys set PROVIDER</source>
            <translation>Einen Schlüssel in den Einstellungen hinzufügen oder mit: kireji keys set PROVIDER</translation>
        </message>
        <message>
            <source>Add a key in the settings.</source>
            <translation>In den Einstellungen einen Schlüssel hinzufügen.</translation>
        </message>
        <message>
            <source>Add a region to the question</source>
            <translation>Einen Bereich zur Frage hinzufügen</translation>
        </message>
        <message>
            <source>Add a region: keep this one and choose another for the same question (Insert)</source>
            <translation>Bereich hinzufügen: diesen behalten und einen weiteren für dieselbe Frage wählen (Insert)</translation>
        </message>
        <message>
            <source>Add a server</source>
            <translation>Server hinzufügen</translation>
        </message>
        <message>
            <source>Add a variable</source>
            <translation>Variable hinzufügen</translation>
        </message>
        <message>
            <source>Add an environment variable…</source>
            <translation>Umgebungsvariable hinzufügen…</translation>
        </message>
        <message>
            <source>Add and test</source>
            <translation>Hinzufügen und testen</translation>
        </message>
        <message>
            <source>Add credit or raise the limit in the console of {name}, or use another key.</source>
            <translation>In der Konsole von {name} Guthaben hinzufügen oder die Grenze erhöhen oder einen anderen Schlüssel verwenden.</translation>
        </message>
        <message>
            <source>Add files, folders, pages or conversations</source>
            <translation>Dateien, Ordner, Seiten oder Unterhaltungen hinzufügen</translation>
        </message>
        <message>
            <source>Add it as a folder.</source>
            <translation>Als Ordner hinzufügen.</translation>
        </message>
        <message>
            <source>Add it to the question anew.</source>
            <translation>Fügen Sie es der Frage neu hinzu.</translation>
        </message>
        <message>
            <source>Add key…</source>
            <translation>Schlüssel hinzufügen…</translation>
        </message>
        <message>
            <source>Add no server</source>
            <translation>Keinen Server hinzufügen</translation>
        </message>
        <message>
            <source>Add one in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle einen hinzufügen, oder mit: kireji keys set {provider}</translation>
        </message>
        <message>
            <source>Add one there, then try again.</source>
            <translation>Dort eines hinzufügen und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Add server…</source>
            <translation>Server hinzufügen…</translation>
        </message>
        <message>
            <source>Add the page</source>
            <translation>Seite hinzufügen</translation>
        </message>
        <message>
            <source>Add the picture itself.</source>
            <translation>Das Bild selbst hinzufügen.</translation>
        </message>
        <message>
            <source>Add the public key of whoever makes your Kireji to updates.keys in the settings.</source>
            <translation>In den Einstellungen unter updates.keys den öffentlichen Schlüssel derer hinzufügen, die Ihr Kireji herstellen.</translation>
        </message>
        <message>
            <source>Add this host</source>
            <translation>Diesen Host hinzufügen</translation>
        </message>
        <message>
            <source>Add who answers instead</source>
            <translation>Hinzufügen, wer stattdessen antwortet</translation>
        </message>
        <message>
            <source>Added</source>
            <translation>Hinzugefügt</translation>
        </message>
        <message>
            <source>Added {conversations} and {messages}.</source>
            <translation>{conversations} und {messages} hinzugefügt.</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Address of another model server</source>
            <translation>Adresse eines anderen Modellservers</translation>
        </message>
        <message>
            <source>Address of another server</source>
            <translation>Adresse eines anderen Servers</translation>
        </message>
        <message>
            <source>Address of the list</source>
            <translation>Adresse der Liste</translation>
        </message>
        <message>
            <source>Address of the proxy</source>
            <translation>Adresse des Proxys</translation>
        </message>
        <message>
            <source>Address of the server</source>
            <translation>Adresse des Servers</translation>
        </message>
        <message>
            <source>Address of the web page</source>
            <translation>Adresse der Webseite</translation>
        </message>
        <message>
            <source>Address to open in a browser</source>
            <translation>Adresse, die im Browser zu öffnen ist</translation>
        </message>
        <message>
            <source>Add…</source>
            <translation>Hinzufügen…</translation>
        </message>
        <message>
            <source>After</source>
            <translation>Nachher</translation>
        </message>
        <message numerus="yes">
            <source>After {n} seconds</source>
            <extracomment>After 1 second</extracomment>
            <translation>
                <numerusform>Nach {n} Sekunde</numerusform>
                <numerusform>Nach {n} Sekunden</numerusform>
            </translation>
        </message>
        <message>
            <source>Again with the same model</source>
            <translation>Noch einmal mit demselben Modell</translation>
        </message>
        <message>
            <source>Agreement by category</source>
            <translation>Übereinstimmung nach Kategorie</translation>
        </message>
        <message>
            <source>All</source>
            <translation>Alle</translation>
        </message>
        <message>
            <source>All conversations</source>
            <translation>Alle Unterhaltungen</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>Alle Dateien</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>Alle Dateien (*)</translation>
        </message>
        <message>
            <source>All its tools</source>
            <translation>Alle seine Werkzeuge</translation>
        </message>
        <message>
            <source>All levels of all categories allow: the policy stops nothing.</source>
            <translation>Alle Stufen aller Kategorien erlauben: Die Richtlinie hält nichts auf.</translation>
        </message>
        <message>
            <source>All other rows have ended, but nobody can tell what became of rows that were sent ({rows}). Say whether they are to be sent again or count as failed.</source>
            <translation>Alle anderen Zeilen sind beendet, aber was aus gesendeten Zeilen ({rows}) geworden ist, lässt sich nicht sagen. Angeben, ob sie noch einmal gesendet werden oder als fehlgeschlagen zählen sollen.</translation>
        </message>
        <message>
            <source>All other rows have ended, but nobody can tell what became of {rows} that were sent. Say whether they are to be sent again or count as failed.</source>
            <translation type="vanished">Alle anderen Zeilen sind beendet. Gesendet und mit unbekanntem Ausgang: {rows}. Angeben, ob sie noch einmal gesendet werden oder als fehlgeschlagen zählen sollen.</translation>
        </message>
        <message>
            <source>All rows</source>
            <translation>Alle Zeilen</translation>
        </message>
        <message>
            <source>All screens</source>
            <translation>Alle Bildschirme</translation>
        </message>
        <message>
            <source>All that Kireji keeps about you is on this computer. Take it along as one zip file that says itself what is in it, without keys; or delete it, with the keys in the keychain.</source>
            <translation>Alles, was Kireji über Sie aufbewahrt, ist auf diesem Computer. Es lässt sich als eine Zip-Datei mitnehmen, die selbst sagt, was darin ist, ohne Schlüssel; oder löschen, mit den Schlüsseln im Schlüsselbund.</translation>
        </message>
        <message>
            <source>Allow</source>
            <translation>Erlauben</translation>
        </message>
        <message>
            <source>Allow every call of this tool until the end of</source>
            <translation>Jeden Aufruf dieses Werkzeugs erlauben bis zum Ende des</translation>
        </message>
        <message>
            <source>Allow for a time…</source>
            <translation>Für eine Zeit erlauben…</translation>
        </message>
        <message>
            <source>Allow for this host</source>
            <translation>Für diesen Host erlauben</translation>
        </message>
        <message>
            <source>Allow for this host…</source>
            <translation>Für diesen Host erlauben…</translation>
        </message>
        <message>
            <source>Allow in this conversation</source>
            <translation>In dieser Unterhaltung erlauben</translation>
        </message>
        <message>
            <source>Allow in this conversation…</source>
            <translation>In dieser Unterhaltung erlauben…</translation>
        </message>
        <message>
            <source>Allow in this folder</source>
            <translation>In diesem Ordner erlauben</translation>
        </message>
        <message>
            <source>Allow in this folder…</source>
            <translation>In diesem Ordner erlauben…</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Accessibility; or copy the text, then ask about the clipboard.</source>
            <translation>Es in den Systemeinstellungen unter Datenschutz &amp; Sicherheit, Bedienungshilfen erlauben; oder den Text kopieren und nach der Zwischenablage fragen.</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again.</source>
            <translation>Es in den Systemeinstellungen unter Datenschutz &amp; Sicherheit, Bildschirmaufnahme erlauben und Kireji neu starten.</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again; if it is allowed there already, the permission was for an older copy: remove it from that list and add it again.</source>
            <translation>Es in den Systemeinstellungen unter Datenschutz &amp; Sicherheit, Bildschirmaufnahme erlauben und Kireji neu starten; ist es dort schon erlaubt, galt die Erlaubnis einer älteren Kopie: aus der Liste entfernen und neu hinzufügen.</translation>
        </message>
        <message>
            <source>Allow more for context, or begin a new conversation.</source>
            <translation>Mehr für den Kontext zulassen oder eine neue Unterhaltung beginnen.</translation>
        </message>
        <message>
            <source>Allow once</source>
            <translation>Einmal erlauben</translation>
        </message>
        <message>
            <source>Allow screenshots for Kireji in the system's privacy settings, or use the desktop's own dialog.</source>
            <translation>Kireji in den Datenschutzeinstellungen des Systems Bildschirmfotos erlauben oder den Dialog des Desktops verwenden.</translation>
        </message>
        <message>
            <source>Allow that in Settings, General, or copy the text and choose Ask about the clipboard.</source>
            <translation>Das unter Einstellungen, Allgemein erlauben, oder den Text kopieren und „Nach der Zwischenablage fragen“ wählen.</translation>
        </message>
        <message>
            <source>Allow until a date</source>
            <translation>Bis zu einem Datum erlauben</translation>
        </message>
        <message>
            <source>Allow until the end of</source>
            <translation>Erlauben bis zum Ende des</translation>
        </message>
        <message>
            <source>Allow writing there, or choose another place.</source>
            <translation>Erlauben Sie dort das Schreiben, oder wählen Sie einen anderen Ort.</translation>
        </message>
        <message>
            <source>Allow writing to that folder, or choose another one with KIREJI_HOME.</source>
            <translation>Das Schreiben in diesen Ordner erlauben oder mit KIREJI_HOME einen anderen wählen.</translation>
        </message>
        <message>
            <source>Allowed</source>
            <translation>Erlaubt</translation>
        </message>
        <message>
            <source>Also for the questions that follow</source>
            <translation>Auch für die folgenden Fragen</translation>
        </message>
        <message>
            <source>Also the backups in {folder}</source>
            <translation>Auch die Sicherungen in {folder}</translation>
        </message>
        <message>
            <source>Also the keys in the keychain: {names}</source>
            <translation>Auch die Schlüssel im Schlüsselbund: {names}</translation>
        </message>
        <message>
            <source>Alt + 1 … 9</source>
            <translation>Alt + 1 … 9</translation>
        </message>
        <message>
            <source>Alt + arrow keys</source>
            <translation>Alt + Pfeiltasten</translation>
        </message>
        <message>
            <source>Alt text</source>
            <translation>Alternativtext</translation>
        </message>
        <message>
            <source>Always</source>
            <translation>Immer</translation>
        </message>
        <message>
            <source>Always deny this tool</source>
            <translation>Dieses Werkzeug immer ablehnen</translation>
        </message>
        <message>
            <source>Always use the desktop's own dialog to cut out a region</source>
            <translation>Zum Ausschneiden immer den Dialog des Desktops verwenden</translation>
        </message>
        <message>
            <source>Amber</source>
            <translation>Bernstein</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>Betrag</translation>
        </message>
        <message>
            <source>An address</source>
            <translation>Eine Adresse</translation>
        </message>
        <message>
            <source>An address with a name or password in it is not fetched.</source>
            <translation>Eine Adresse mit Namen oder Passwort darin wird nicht geholt.</translation>
        </message>
        <message>
            <source>An agent in {folder}.</source>
            <translation>Ein Agent in {folder}.</translation>
        </message>
        <message>
            <source>An answer ends before the first of them.</source>
            <translation>Eine Antwort endet vor dem ersten davon.</translation>
        </message>
        <message>
            <source>An answer is being written in this branch.</source>
            <translation>In diesem Zweig wird gerade eine Antwort geschrieben.</translation>
        </message>
        <message>
            <source>An answer is on its way. Ask this when it is there, or stop it.</source>
            <translation>Eine Antwort ist unterwegs. Dies fragen, wenn sie da ist, oder sie anhalten.</translation>
        </message>
        <message>
            <source>An entry in {folder}.</source>
            <translation>Ein Eintrag in {folder}.</translation>
        </message>
        <message>
            <source>An export of everything is one zip file.</source>
            <translation>Ein Export von allem ist eine einzige Zip-Datei.</translation>
        </message>
        <message>
            <source>And {count} more.</source>
            <translation>Und {count} weitere.</translation>
        </message>
        <message>
            <source>And {more} more.</source>
            <translation>Und {more} weitere.</translation>
        </message>
        <message>
            <source>Another Kireji still uses {path}, so nothing was deleted.</source>
            <translation>Ein anderes Kireji verwendet {path} noch, deshalb wurde nichts gelöscht.</translation>
        </message>
        <message>
            <source>Another answer would pass the limit of ${max_cost} (${cost} are spent), so the region is not watched any more. Begin again with a higher limit.</source>
            <translation>Eine weitere Antwort überschritte die Grenze von {max_cost} $ ({cost} $ sind ausgegeben), deshalb wird der Bereich nicht mehr beobachtet. Mit einer höheren Grenze neu beginnen.</translation>
        </message>
        <message>
            <source>Another file…</source>
            <translation>Andere Datei…</translation>
        </message>
        <message>
            <source>Another folder…</source>
            <translation>Anderer Ordner…</translation>
        </message>
        <message>
            <source>Another host</source>
            <translation>Ein anderer Host</translation>
        </message>
        <message>
            <source>Another language shows from the next start on.</source>
            <translation>Eine andere Sprache gilt ab dem nächsten Start.</translation>
        </message>
        <message>
            <source>Another model reads {tokens} tokens anew{price}.</source>
            <translation>Ein anderes Modell liest {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>Another program keeps {path} locked.</source>
            <translation>Ein anderes Programm hält {path} gesperrt.</translation>
        </message>
        <message>
            <source>Another program uses the shortcut. Choose another in Settings, Shortcuts.</source>
            <translation>Ein anderes Programm verwendet das Tastenkürzel. Unter Einstellungen, Tastenkürzel ein anderes wählen.</translation>
        </message>
        <message>
            <source>Another program uses these keys. Choose others.</source>
            <translation>Ein anderes Programm verwendet diese Tasten. Andere wählen.</translation>
        </message>
        <message>
            <source>Another running Kireji writes this answer.</source>
            <translation>Ein anderes laufendes Kireji schreibt diese Antwort.</translation>
        </message>
        <message>
            <source>Another service reads all of it: {tokens} tokens{price}.</source>
            <translation>Ein anderer Dienst liest alles: {tokens} Token{price}.</translation>
        </message>
        <message>
            <source>Another window or command line may have been quicker; look at it again.</source>
            <translation>Vielleicht war ein anderes Fenster oder eine Befehlszeile schneller; noch einmal nachsehen.</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>Antwort</translation>
        </message>
        <message>
            <source>Answer again</source>
            <translation>Noch einmal antworten</translation>
        </message>
        <message>
            <source>Answer by {model}</source>
            <translation>Antwort von {model}</translation>
        </message>
        <message>
            <source>Answer finished.</source>
            <translation>Antwort fertig.</translation>
        </message>
        <message>
            <source>Answer in English.</source>
            <translation>Antworte auf Deutsch.</translation>
        </message>
        <message>
            <source>Answer in one word.</source>
            <translation>Antworte mit einem Wort.</translation>
        </message>
        <message>
            <source>Answer in {title}: {words}</source>
            <translation>Antwort in {title}: {words}</translation>
        </message>
        <message>
            <source>Answer ready</source>
            <translation>Antwort fertig</translation>
        </message>
        <message>
            <source>Answers</source>
            <translation>Antworten</translation>
        </message>
        <message>
            <source>Answers and questions</source>
            <translation>Antworten und Fragen</translation>
        </message>
        <message>
            <source>Answers as a table</source>
            <translation>Antworten als Tabelle</translation>
        </message>
        <message>
            <source>Answers come at once; several rows are asked at the same time.</source>
            <translation>Antworten kommen sofort; mehrere Zeilen werden gleichzeitig gefragt.</translation>
        </message>
        <message>
            <source>Answers from a model</source>
            <translation>Antworten von einem Modell</translation>
        </message>
        <message>
            <source>Anthropic or OpenRouter</source>
            <translation>Anthropic oder OpenRouter</translation>
        </message>
        <message>
            <source>Appearance</source>
            <translation>Aussehen</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>Archiv</translation>
        </message>
        <message numerus="yes">
            <source>Archive {n} conversations</source>
            <extracomment>Archive</extracomment>
            <translation>
                <numerusform>Archivieren</numerusform>
                <numerusform>{n} Unterhaltungen archivieren</numerusform>
            </translation>
        </message>
        <message>
            <source>Archived</source>
            <translation>Archiviert</translation>
        </message>
        <message>
            <source>Archived and deleted</source>
            <translation type="vanished">Archiviert und gelöscht</translation>
        </message>
        <message numerus="yes">
            <source>Archived {n} conversations</source>
            <extracomment>Archived 1 conversation</extracomment>
            <translation>
                <numerusform>{n} Unterhaltung archiviert</numerusform>
                <numerusform>{n} Unterhaltungen archiviert</numerusform>
            </translation>
        </message>
        <message>
            <source>Archived “{title}”</source>
            <translation>„{title}“ archiviert</translation>
        </message>
        <message>
            <source>Archives and JSON (*.zip *.json *.db)</source>
            <translation>Archive und JSON (*.zip *.json *.db)</translation>
        </message>
        <message>
            <source>Arrow keys</source>
            <translation>Pfeiltasten</translation>
        </message>
        <message>
            <source>Arrow keys and Enter</source>
            <translation>Pfeiltasten und Enter</translation>
        </message>
        <message>
            <source>Arrow keys move, plus and minus zoom, Ctrl+C copies, Ctrl+S saves, Esc closes, the menu key shows more.</source>
            <translation>Pfeiltasten verschieben, Plus und Minus vergrößern und verkleinern, Ctrl+C kopiert, Ctrl+S sichert, Esc schließt, die Menütaste zeigt mehr.</translation>
        </message>
        <message>
            <source>Arrow keys, Space</source>
            <translation>Pfeiltasten, Leertaste</translation>
        </message>
        <message>
            <source>Arrow keys: first corner</source>
            <translation>Pfeiltasten: erste Ecke</translation>
        </message>
        <message>
            <source>Arrow keys: second corner</source>
            <translation>Pfeiltasten: zweite Ecke</translation>
        </message>
        <message>
            <source>Arrow keys: the one beside</source>
            <translation>Pfeiltasten: das daneben</translation>
        </message>
        <message>
            <source>Arrow, box, pen, text, number, redact; from the question with Alt</source>
            <translation>Pfeil, Rahmen, Stift, Text, Nummer, Schwärzen; von der Frage aus mit Alt</translation>
        </message>
        <message>
            <source>As a table</source>
            <translation>Als Tabelle</translation>
        </message>
        <message>
            <source>As fields</source>
            <translation>Als Felder</translation>
        </message>
        <message>
            <source>As in the file</source>
            <translation>Wie in der Datei</translation>
        </message>
        <message>
            <source>As in the settings</source>
            <translation>Wie in den Einstellungen</translation>
        </message>
        <message>
            <source>As it is now</source>
            <translation>Wie es jetzt ist</translation>
        </message>
        <message>
            <source>As it was</source>
            <translation>Wie es war</translation>
        </message>
        <message>
            <source>As it would leave</source>
            <translation>So würde er hinausgehen</translation>
        </message>
        <message>
            <source>As table</source>
            <translation type="vanished">Als Tabelle</translation>
        </message>
        <message>
            <source>As the policy says: it is found in “{title}”.</source>
            <translation>Wie die Richtlinie sagt: Es wird unter „{title}“ gefunden.</translation>
        </message>
        <message>
            <source>As the policy says: it is not found in “{title}”.</source>
            <translation>Wie die Richtlinie sagt: Es wird unter „{title}“ nicht gefunden.</translation>
        </message>
        <message>
            <source>As the system has it</source>
            <translation>Wie das System</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>Fragen</translation>
        </message>
        <message>
            <source>Ask a cheaper model or for a shorter answer, or raise the budget in Settings, Spending, or with: kireji budget --{period} USD</source>
            <translation>Ein günstigeres Modell oder nach einer kürzeren Antwort fragen oder das Budget erhöhen, unter Einstellungen, Ausgaben oder mit: kireji budget --{period} USD</translation>
        </message>
        <message>
            <source>Ask a follow-up…</source>
            <translation>Nachfragen…</translation>
        </message>
        <message>
            <source>Ask a model that reads PDF documents.</source>
            <translation>Ein Modell fragen, das PDF-Dokumente liest.</translation>
        </message>
        <message>
            <source>Ask about selected text by copying it</source>
            <translation>Nach markiertem Text fragen, indem er kopiert wird</translation>
        </message>
        <message>
            <source>Ask about the clipboard</source>
            <translation>Nach der Zwischenablage fragen</translation>
        </message>
        <message>
            <source>Ask about the selected text</source>
            <translation>Nach dem markierten Text fragen</translation>
        </message>
        <message>
            <source>Ask about the selection</source>
            <translation>Nach der Auswahl fragen</translation>
        </message>
        <message>
            <source>Ask about this…</source>
            <translation>Danach fragen…</translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question}  Page Up: earlier questions)</source>
            <translation>Danach fragen…  (⏎ {question}  Page Up: frühere Fragen)</translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question})</source>
            <translation>Danach fragen…  (⏎ {question})</translation>
        </message>
        <message>
            <source>Ask again</source>
            <translation>Noch einmal fragen</translation>
        </message>
        <message>
            <source>Ask again in a moment.</source>
            <translation>Gleich noch einmal fragen.</translation>
        </message>
        <message>
            <source>Ask again in a new conversation.</source>
            <translation>In einer neuen Unterhaltung noch einmal fragen.</translation>
        </message>
        <message>
            <source>Ask again in {minutes} minutes.</source>
            <translation>In {minutes} Minuten noch einmal fragen.</translation>
        </message>
        <message>
            <source>Ask again in {seconds} seconds.</source>
            <translation>In {seconds} Sekunden noch einmal fragen.</translation>
        </message>
        <message>
            <source>Ask again, or choose another model.</source>
            <translation>Noch einmal fragen oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Ask again, send it as it is (--no-redact), or switch hiding off in the settings.</source>
            <translation>Noch einmal fragen, unverändert senden (--no-redact) oder das Verbergen in den Einstellungen ausschalten.</translation>
        </message>
        <message>
            <source>Ask again.</source>
            <translation>Noch einmal fragen.</translation>
        </message>
        <message>
            <source>Ask again; if it happens again, check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation>Noch einmal fragen; geschieht es wieder, die Adresse unter Einstellungen, Schlüssel &amp; Modelle und die Proxy-Einstellungen prüfen.</translation>
        </message>
        <message>
            <source>Ask again; the log says more.</source>
            <translation>Noch einmal fragen; mehr steht im Protokoll.</translation>
        </message>
        <message>
            <source>Ask another provider.</source>
            <translation>Einen anderen Anbieter fragen.</translation>
        </message>
        <message>
            <source>Ask anything, or capture a piece of the screen…</source>
            <translation>Etwas fragen oder ein Stück des Bildschirms aufnehmen…</translation>
        </message>
        <message>
            <source>Ask first</source>
            <translation>Erst fragen</translation>
        </message>
        <message>
            <source>Ask for a table, fields, a verdict and the like</source>
            <translation>Nach einer Tabelle, Feldern, einem Urteil und dergleichen fragen</translation>
        </message>
        <message>
            <source>Ask for fewer at once.</source>
            <translation>Nach weniger auf einmal fragen.</translation>
        </message>
        <message>
            <source>Ask for fewer values at once.</source>
            <translation>Nach weniger Werten auf einmal fragen.</translation>
        </message>
        <message>
            <source>Ask for less at once, or choose a model that reads more.</source>
            <translation>Nach weniger auf einmal fragen oder ein Modell wählen, das mehr liest.</translation>
        </message>
        <message>
            <source>Ask for one first: kireji updates check</source>
            <translation>Zuerst eine abrufen: kireji updates check</translation>
        </message>
        <message>
            <source>Ask my own question</source>
            <translation>Eine eigene Frage stellen</translation>
        </message>
        <message>
            <source>Ask now</source>
            <translation>Jetzt fragen</translation>
        </message>
        <message>
            <source>Ask now, or run the job at Anthropic.</source>
            <translation>Jetzt fragen oder die Aufgabe bei Anthropic ausführen.</translation>
        </message>
        <message>
            <source>Ask question {place} now: {words}</source>
            <translation>Frage {place} jetzt stellen: {words}</translation>
        </message>
        <message>
            <source>Ask something first.</source>
            <translation>Zuerst etwas fragen.</translation>
        </message>
        <message>
            <source>Ask the desktop again</source>
            <translation>Den Desktop noch einmal fragen</translation>
        </message>
        <message>
            <source>Ask the same question again</source>
            <translation>Dieselbe Frage noch einmal stellen</translation>
        </message>
        <message>
            <source>Ask this at once</source>
            <translation>Dies sofort fragen</translation>
        </message>
        <message>
            <source>Ask this when the answer is complete</source>
            <translation>Dies fragen, wenn die Antwort vollständig ist</translation>
        </message>
        <message>
            <source>Ask ⏎</source>
            <translation>Fragen ⏎</translation>
        </message>
        <message>
            <source>Asked</source>
            <translation>Gefragt</translation>
        </message>
        <message>
            <source>Asked at the same time, one by one</source>
            <translation>Einzeln gefragt, gleichzeitig unterwegs</translation>
        </message>
        <message numerus="yes">
            <source>Asked one after the other when this answer is done:</source>
            <extracomment>Asked when this answer is done:</extracomment>
            <translation>
                <numerusform>Wird gefragt, wenn diese Antwort fertig ist:</numerusform>
                <numerusform>Werden nacheinander gefragt, wenn diese Antwort fertig ist:</numerusform>
            </translation>
        </message>
        <message>
            <source>Asked with</source>
            <translation>Gefragt mit</translation>
        </message>
        <message>
            <source>Asking one row…</source>
            <translation>Eine Zeile wird gefragt…</translation>
        </message>
        <message>
            <source>At most</source>
            <translation>Höchstens</translation>
        </message>
        <message>
            <source>At most {most} pictures are judged together.</source>
            <translation>Höchstens {most} Bilder werden zusammen beurteilt.</translation>
        </message>
        <message>
            <source>At most {most} pictures can be taken together; these are {count}.</source>
            <translation>Höchstens {most} Bilder können zusammen genommen werden; dies sind {count}.</translation>
        </message>
        <message>
            <source>Attach files or pictures</source>
            <translation>Dateien oder Bilder anhängen</translation>
        </message>
        <message>
            <source>Attach text, a PDF or pictures.</source>
            <translation>Text, ein PDF oder Bilder anhängen.</translation>
        </message>
        <message>
            <source>Attach the part of it that matters.</source>
            <translation>Den Teil anhängen, auf den es ankommt.</translation>
        </message>
        <message>
            <source>Attach the part that matters.</source>
            <translation>Den Teil anhängen, auf den es ankommt.</translation>
        </message>
        <message>
            <source>Attached files and pictures</source>
            <translation type="vanished">Angehängte Dateien und Bilder</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <source>Back to the conversation</source>
            <translation>Zurück zur Unterhaltung</translation>
        </message>
        <message>
            <source>Back to the jobs</source>
            <translation>Zurück zu den Aufgaben</translation>
        </message>
        <message>
            <source>Back to the list of rows</source>
            <translation>Zurück zur Liste der Zeilen</translation>
        </message>
        <message>
            <source>Back to the results</source>
            <translation>Zurück zu den Ergebnissen</translation>
        </message>
        <message>
            <source>Back to the results of the job</source>
            <translation>Zurück zu den Ergebnissen der Aufgabe</translation>
        </message>
        <message>
            <source>Back up every day</source>
            <translation>Täglich sichern</translation>
        </message>
        <message>
            <source>Back up now</source>
            <translation>Jetzt sichern</translation>
        </message>
        <message>
            <source>Backed up to {path}.</source>
            <translation>Nach {path} gesichert.</translation>
        </message>
        <message>
            <source>Backup and restore</source>
            <translation>Sichern und wiederherstellen</translation>
        </message>
        <message>
            <source>Backups</source>
            <translation>Sicherungen</translation>
        </message>
        <message>
            <source>Bank account</source>
            <translation>Bankkonto</translation>
        </message>
        <message>
            <source>Bank accounts</source>
            <translation>Bankkonten</translation>
        </message>
        <message>
            <source>Batch service: half price, within a day</source>
            <translation>Stapeldienst: halber Preis, innerhalb eines Tages</translation>
        </message>
        <message>
            <source>Batch service: {percent} % of the price, within a day</source>
            <translation>Stapeldienst: {percent} % des Preises, innerhalb eines Tages</translation>
        </message>
        <message>
            <source>Batch {batch} is {state} now.</source>
            <translation>Stapel {batch} ist jetzt {state}.</translation>
        </message>
        <message>
            <source>Batches know no “{what}”.</source>
            <translation>Stapel kennen kein „{what}“.</translation>
        </message>
        <message>
            <source>Before</source>
            <translation>Vorher</translation>
        </message>
        <message>
            <source>Begin no policy</source>
            <translation>Keine Richtlinie beginnen</translation>
        </message>
        <message>
            <source>Begins as</source>
            <translation>Beginnt als</translation>
        </message>
        <message>
            <source>Being looked through…</source>
            <translation>Wird durchgesehen…</translation>
        </message>
        <message>
            <source>Being read…</source>
            <translation>Wird gelesen…</translation>
        </message>
        <message>
            <source>Believed when it is signed by the key {keys}, which came with this program.</source>
            <translation>Die Liste gilt, wenn sie mit dem Schlüssel {keys} signiert ist, der mit diesem Programm kam.</translation>
        </message>
        <message>
            <source>Believed when it is signed by the key {keys}.</source>
            <translation>Die Liste gilt, wenn sie mit dem Schlüssel {keys} signiert ist.</translation>
        </message>
        <message>
            <source>Belongs there</source>
            <translation>Gehört dazu</translation>
        </message>
        <message>
            <source>Bind the command 'kireji capture' to a key in your desktop's own keyboard settings; Settings, Shortcuts has it in full.</source>
            <translation>Den Befehl 'kireji capture' in den Tastatureinstellungen des Desktops an eine Taste binden; unter Einstellungen, Tastenkürzel steht er ganz.</translation>
        </message>
        <message>
            <source>Black out</source>
            <translation>Schwärzen</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>Sperren</translation>
        </message>
        <message>
            <source>Blocked</source>
            <translation>Gesperrt</translation>
        </message>
        <message>
            <source>Blue</source>
            <translation>Blau</translation>
        </message>
        <message>
            <source>Both</source>
            <translation>Beides</translation>
        </message>
        <message>
            <source>Branch before this one, at the last fork</source>
            <translation>Zweig vor diesem, an der letzten Gabelung</translation>
        </message>
        <message>
            <source>Branch behind it</source>
            <translation>Zweig nach diesem</translation>
        </message>
        <message>
            <source>Branch {place} / {count}</source>
            <translation>Zweig {place} / {count}</translation>
        </message>
        <message>
            <source>Branch {place} of {count}. Show another</source>
            <translation>Zweig {place} von {count}. Einen anderen zeigen</translation>
        </message>
        <message>
            <source>Bring back what you deleted</source>
            <translation>Gelöschtes zurückholen</translation>
        </message>
        <message numerus="yes">
            <source>Bring back {n} that you deleted</source>
            <extracomment>Bring back 1 that you deleted</extracomment>
            <translation>
                <numerusform>{n} Gelöschte zurückholen</numerusform>
                <numerusform>{n} Gelöschte zurückholen</numerusform>
            </translation>
        </message>
        <message>
            <source>Budget of one conversation, in US dollars</source>
            <translation>Budget einer Unterhaltung, in US-Dollar</translation>
        </message>
        <message>
            <source>Budget of one day, in US dollars</source>
            <translation>Budget eines Tages, in US-Dollar</translation>
        </message>
        <message>
            <source>Budget of one month, in US dollars</source>
            <translation>Budget eines Monats, in US-Dollar</translation>
        </message>
        <message>
            <source>Budgets</source>
            <translation>Budgets</translation>
        </message>
        <message>
            <source>Build</source>
            <translation>Build</translation>
        </message>
        <message>
            <source>Built in</source>
            <translation>Eingebaut</translation>
        </message>
        <message>
            <source>By model, this month</source>
            <translation>Nach Modell, diesen Monat</translation>
        </message>
        <message>
            <source>By rule</source>
            <translation>Nach Regel</translation>
        </message>
        <message>
            <source>By rule: it only computes</source>
            <translation>Nach Regel: Es rechnet nur</translation>
        </message>
        <message>
            <source>By rule: you had allowed it</source>
            <translation>Nach Regel: Sie hatten es erlaubt</translation>
        </message>
        <message>
            <source>By rule: you had denied it</source>
            <translation>Nach Regel: Sie hatten es abgelehnt</translation>
        </message>
        <message>
            <source>CSV</source>
            <translation>CSV</translation>
        </message>
        <message>
            <source>Cache</source>
            <translation>Zwischenspeicher</translation>
        </message>
        <message>
            <source>Calculate</source>
            <translation>Rechnen</translation>
        </message>
        <message>
            <source>Calculates exactly, also with functions such as sqrt, log, round and mean.</source>
            <translation>Rechnet genau, auch mit Funktionen wie sqrt, log, round und mean.</translation>
        </message>
        <message>
            <source>Calculator</source>
            <translation>Rechner</translation>
        </message>
        <message>
            <source>Call of a tool</source>
            <translation>Aufruf eines Werkzeugs</translation>
        </message>
        <message>
            <source>Call of a tool server</source>
            <translation>Aufruf eines Werkzeugservers</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Cancel it first and wait until that is confirmed.</source>
            <translation>Sie zuerst abbrechen und warten, bis das bestätigt ist.</translation>
        </message>
        <message>
            <source>Cancel the job</source>
            <translation>Aufgabe abbrechen</translation>
        </message>
        <message>
            <source>Cancel these jobs</source>
            <translation>Diese Aufgaben abbrechen</translation>
        </message>
        <message>
            <source>Cancel {name}</source>
            <translation>{name} abbrechen</translation>
        </message>
        <message>
            <source>Cancel “{job}”?</source>
            <translation>„{job}“ abbrechen?</translation>
        </message>
        <message>
            <source>Cannot be read as a date</source>
            <translation>Lässt sich nicht als Datum lesen</translation>
        </message>
        <message>
            <source>Cannot be read as a number</source>
            <translation>Lässt sich nicht als Zahl lesen</translation>
        </message>
        <message>
            <source>Cannot be read as a text</source>
            <translation>Lässt sich nicht als Text lesen</translation>
        </message>
        <message>
            <source>Cannot be read as an amount</source>
            <translation>Lässt sich nicht als Betrag lesen</translation>
        </message>
        <message>
            <source>Capture</source>
            <translation>Aufnehmen</translation>
        </message>
        <message>
            <source>Capture &amp; ask</source>
            <translation>Aufnehmen &amp; fragen</translation>
        </message>
        <message>
            <source>Capture a window</source>
            <translation>Ein Fenster aufnehmen</translation>
        </message>
        <message>
            <source>Capture after a delay</source>
            <translation>Nach einer Pause aufnehmen</translation>
        </message>
        <message>
            <source>Capture all screens</source>
            <translation>Alle Bildschirme aufnehmen</translation>
        </message>
        <message>
            <source>Capture and ask</source>
            <translation>Aufnehmen und fragen</translation>
        </message>
        <message>
            <source>Capture it again, or ask without it in a new conversation.</source>
            <translation>Es noch einmal aufnehmen oder in einer neuen Unterhaltung ohne es fragen.</translation>
        </message>
        <message>
            <source>Capture it anew.</source>
            <translation>Es neu aufnehmen.</translation>
        </message>
        <message>
            <source>Capture something first, or name a folder.</source>
            <translation>Zuerst etwas aufnehmen oder einen Ordner nennen.</translation>
        </message>
        <message>
            <source>Capture the same region again</source>
            <translation>Denselben Bereich noch einmal aufnehmen</translation>
        </message>
        <message>
            <source>Capture the screen</source>
            <translation>Bildschirm aufnehmen</translation>
        </message>
        <message>
            <source>Capture this screen</source>
            <translation>Diesen Bildschirm aufnehmen</translation>
        </message>
        <message>
            <source>Capture with the button, the tray menu or the command “{command}”.</source>
            <translation>Mit dem Knopf, dem Menü im Infobereich oder dem Befehl „{command}“ aufnehmen.</translation>
        </message>
        <message>
            <source>Capture {number}</source>
            <translation>Aufnahme {number}</translation>
        </message>
        <message>
            <source>Capturing soon</source>
            <translation>Gleich wird aufgenommen</translation>
        </message>
        <message>
            <source>Card</source>
            <translation>Karte</translation>
        </message>
        <message>
            <source>Category</source>
            <translation>Kategorie</translation>
        </message>
        <message>
            <source>Certificates (*.pem *.crt *.cer)</source>
            <translation>Zertifikate (*.pem *.crt *.cer)</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Ändern</translation>
        </message>
        <message>
            <source>Change budget</source>
            <translation>Budget ändern</translation>
        </message>
        <message>
            <source>Change it and ask again.</source>
            <translation>Sie ändern und noch einmal fragen.</translation>
        </message>
        <message>
            <source>Change it, or switch hiding off in the settings.</source>
            <translation>Sie ändern oder das Verbergen in den Einstellungen ausschalten.</translation>
        </message>
        <message>
            <source>Change the budgets in the settings</source>
            <translation>Budgets in den Einstellungen ändern</translation>
        </message>
        <message>
            <source>Change the budgets…</source>
            <translation>Budgets ändern…</translation>
        </message>
        <message>
            <source>Change the folder of backups</source>
            <translation>Ordner der Sicherungen ändern</translation>
        </message>
        <message>
            <source>Change the instructions</source>
            <translation>Anweisungen ändern</translation>
        </message>
        <message>
            <source>Change the question or the model, or start a new conversation.</source>
            <translation>Die Frage oder das Modell ändern oder eine neue Unterhaltung beginnen.</translation>
        </message>
        <message>
            <source>Change the question, or choose another model.</source>
            <translation>Die Frage ändern oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Change the question, or the account's rules at {name}.</source>
            <translation>Die Frage ändern oder die Regeln des Kontos bei {name}.</translation>
        </message>
        <message>
            <source>Change the rule in the privacy settings.</source>
            <translation>Die Regel in den Einstellungen zur Privatsphäre ändern.</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>Geändert</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>Änderungen</translation>
        </message>
        <message>
            <source>Change…</source>
            <translation>Ändern…</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>Check against a policy</source>
            <translation>Gegen eine Richtlinie prüfen</translation>
        </message>
        <message>
            <source>Check and start</source>
            <translation>Prüfen und starten</translation>
        </message>
        <message>
            <source>Check and start…</source>
            <translation>Prüfen und starten…</translation>
        </message>
        <message>
            <source>Check before sharing</source>
            <translation>Vor dem Teilen prüfen</translation>
        </message>
        <message>
            <source>Check for a newer version now</source>
            <translation>Jetzt prüfen, ob es eine neuere Version gibt</translation>
        </message>
        <message>
            <source>Check it and try again.</source>
            <translation>Sie prüfen und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Check its billing in the console of {name}, or use another key.</source>
            <translation>Die Abrechnung in der Konsole von {name} prüfen oder einen anderen Schlüssel verwenden.</translation>
        </message>
        <message>
            <source>Check its name.</source>
            <translation>Den Namen prüfen.</translation>
        </message>
        <message>
            <source>Check its permissions.</source>
            <translation>Die Rechte prüfen.</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>Jetzt prüfen</translation>
        </message>
        <message>
            <source>Check that nothing in the ledger was changed, removed or added</source>
            <translation>Prüfen, ob im Journal nichts geändert, entfernt oder hinzugefügt wurde</translation>
        </message>
        <message>
            <source>Check that only the key was pasted.</source>
            <translation>Prüfen, ob nur der Schlüssel eingefügt wurde.</translation>
        </message>
        <message>
            <source>Check that the command starts a server over stdio.</source>
            <translation>Prüfen, ob der Befehl einen Server über stdio startet.</translation>
        </message>
        <message>
            <source>Check that the desktop is running.</source>
            <translation>Prüfen, ob der Desktop läuft.</translation>
        </message>
        <message>
            <source>Check the address and the network.</source>
            <translation>Die Adresse und das Netz prüfen.</translation>
        </message>
        <message>
            <source>Check the address and the settings of the network.</source>
            <translation>Die Adresse und die Einstellungen des Netzes prüfen.</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models</source>
            <translation>Die Adresse unter Einstellungen, Schlüssel &amp; Modelle prüfen</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation>Die Adresse unter Einstellungen, Schlüssel &amp; Modelle und die Proxy-Einstellungen prüfen.</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, or in OPENAI_BASE_URL</source>
            <translation>Die Adresse unter Einstellungen, Schlüssel &amp; Modelle oder in OPENAI_BASE_URL prüfen</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models.</source>
            <translation>Die Adresse unter Einstellungen, Schlüssel &amp; Modelle prüfen.</translation>
        </message>
        <message>
            <source>Check the address in a browser.</source>
            <translation>Die Adresse in einem Browser prüfen.</translation>
        </message>
        <message>
            <source>Check the address in {variable}</source>
            <translation>Die Adresse in {variable} prüfen</translation>
        </message>
        <message>
            <source>Check the address of updates.</source>
            <translation>Die Adresse für Updates prüfen.</translation>
        </message>
        <message>
            <source>Check the address, or ask again.</source>
            <translation>Die Adresse prüfen oder noch einmal fragen.</translation>
        </message>
        <message>
            <source>Check the address, or save the picture and drop the file here.</source>
            <translation>Die Adresse prüfen oder das Bild sichern und die Datei hier ablegen.</translation>
        </message>
        <message>
            <source>Check the address; most end with /mcp.</source>
            <translation>Die Adresse prüfen; die meisten enden mit /mcp.</translation>
        </message>
        <message>
            <source>Check the clock of this computer; if it is right, only the service can help.</source>
            <translation>Die Uhr dieses Computers prüfen; geht sie richtig, kann nur der Dienst helfen.</translation>
        </message>
        <message>
            <source>Check the command and that the program is installed.</source>
            <translation>Den Befehl prüfen, und ob das Programm installiert ist.</translation>
        </message>
        <message>
            <source>Check the disk and the folder, then try again; nothing was deleted.</source>
            <translation>Den Datenträger und den Ordner prüfen und noch einmal versuchen; nichts wurde gelöscht.</translation>
        </message>
        <message>
            <source>Check the disk. Earlier backups are still there.</source>
            <translation>Den Datenträger prüfen. Frühere Sicherungen sind noch da.</translation>
        </message>
        <message>
            <source>Check the file and its folder.</source>
            <translation>Die Datei und ihren Ordner prüfen.</translation>
        </message>
        <message>
            <source>Check the ledger</source>
            <translation>Journal prüfen</translation>
        </message>
        <message>
            <source>Check the name after --policy.</source>
            <translation>Den Namen nach --policy prüfen.</translation>
        </message>
        <message>
            <source>Check the name after --schema.</source>
            <translation>Den Namen nach --schema prüfen.</translation>
        </message>
        <message>
            <source>Check the name.</source>
            <translation>Den Namen prüfen.</translation>
        </message>
        <message>
            <source>Check the name; prompts are imported from a .md or .zip file.</source>
            <translation>Den Namen prüfen; Schnellfragen werden aus einer .md- oder .zip-Datei importiert.</translation>
        </message>
        <message>
            <source>Check the network</source>
            <translation>Das Netz prüfen</translation>
        </message>
        <message>
            <source>Check the network, then try again.</source>
            <translation>Das Netz prüfen und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Check the setting network.proxy, HTTPS_PROXY or the proxy settings of the system.</source>
            <translation>Die Einstellung network.proxy, HTTPS_PROXY oder die Proxy-Einstellungen des Systems prüfen.</translation>
        </message>
        <message>
            <source>Check the space on the disk and who may write there.</source>
            <translation>Den Platz auf dem Datenträger prüfen und wer dort schreiben darf.</translation>
        </message>
        <message>
            <source>Check this computer's clock. If it is right, do not trust that address.</source>
            <translation>Die Uhr dieses Computers prüfen. Geht sie richtig, dieser Adresse nicht vertrauen.</translation>
        </message>
        <message>
            <source>Check who may read it.</source>
            <translation>Prüfen, wer sie lesen darf.</translation>
        </message>
        <message>
            <source>Check with a policy</source>
            <translation>Mit einer Richtlinie prüfen</translation>
        </message>
        <message>
            <source>Checking…</source>
            <translation>Wird geprüft…</translation>
        </message>
        <message>
            <source>Check…</source>
            <translation>Prüfen…</translation>
        </message>
        <message>
            <source>Choice</source>
            <translation>Auswahl</translation>
        </message>
        <message>
            <source>Choices</source>
            <translation>Auswahlmöglichkeiten</translation>
        </message>
        <message>
            <source>Choices, with commas between them</source>
            <translation>Auswahlmöglichkeiten, mit Kommas dazwischen</translation>
        </message>
        <message>
            <source>Choose a backup</source>
            <translation>Sicherung wählen</translation>
        </message>
        <message>
            <source>Choose a file of certificates</source>
            <translation>Datei mit Zertifikaten wählen</translation>
        </message>
        <message>
            <source>Choose a file with servers</source>
            <translation>Datei mit Servern wählen</translation>
        </message>
        <message>
            <source>Choose a file.</source>
            <translation>Eine Datei wählen.</translation>
        </message>
        <message>
            <source>Choose a file…</source>
            <translation>Datei wählen…</translation>
        </message>
        <message>
            <source>Choose a folder for backups</source>
            <translation>Ordner für Sicherungen wählen</translation>
        </message>
        <message>
            <source>Choose a folder in which files may be read</source>
            <translation>Ordner wählen, in dem Dateien gelesen werden dürfen</translation>
        </message>
        <message>
            <source>Choose a folder with a shorter one with KIREJI_HOME.</source>
            <translation>Mit KIREJI_HOME einen Ordner mit kürzerem Pfad wählen.</translation>
        </message>
        <message>
            <source>Choose a folder.</source>
            <translation>Einen Ordner wählen.</translation>
        </message>
        <message>
            <source>Choose a folder…</source>
            <translation>Ordner wählen…</translation>
        </message>
        <message>
            <source>Choose a labelled set</source>
            <translation>Einen Prüfsatz wählen</translation>
        </message>
        <message>
            <source>Choose a labelled set of your own</source>
            <translation>Einen eigenen Prüfsatz wählen</translation>
        </message>
        <message>
            <source>Choose a model</source>
            <translation>Modell wählen</translation>
        </message>
        <message>
            <source>Choose a model that can, or leave the picture out.</source>
            <translation>Ein Modell wählen, das es kann, oder das Bild weglassen.</translation>
        </message>
        <message>
            <source>Choose a model that can.</source>
            <translation>Ein Modell wählen, das es kann.</translation>
        </message>
        <message>
            <source>Choose a model.</source>
            <translation>Ein Modell wählen.</translation>
        </message>
        <message>
            <source>Choose a name such as prompts.zip.</source>
            <translation>Einen Namen wie prompts.zip wählen.</translation>
        </message>
        <message>
            <source>Choose a picture</source>
            <translation>Ein Bild wählen</translation>
        </message>
        <message>
            <source>Choose a policy.</source>
            <translation>Eine Richtlinie wählen.</translation>
        </message>
        <message>
            <source>Choose a region with words that can be read.</source>
            <translation>Einen Bereich mit lesbaren Wörtern wählen.</translation>
        </message>
        <message>
            <source>Choose a shorter one.</source>
            <translation>Einen kürzeren wählen.</translation>
        </message>
        <message>
            <source>Choose a smaller region, or another model.</source>
            <translation>Einen kleineren Bereich oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Choose an export</source>
            <translation>Export wählen</translation>
        </message>
        <message>
            <source>Choose another file.</source>
            <translation>Eine andere Datei wählen.</translation>
        </message>
        <message>
            <source>Choose another folder.</source>
            <translation>Einen anderen Ordner wählen.</translation>
        </message>
        <message>
            <source>Choose another model in Settings, Keys &amp; models.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Choose another model, or another picture.</source>
            <translation>Ein anderes Modell oder ein anderes Bild wählen.</translation>
        </message>
        <message>
            <source>Choose another model, or begin again with: kireji watch --yes</source>
            <translation>Ein anderes Modell wählen oder neu beginnen mit: kireji watch --yes</translation>
        </message>
        <message>
            <source>Choose another model, or change the settings under openrouter.</source>
            <translation>Ein anderes Modell wählen oder die Einstellungen unter openrouter ändern.</translation>
        </message>
        <message>
            <source>Choose another model, or paste the document's text.</source>
            <translation>Ein anderes Modell wählen oder den Text des Dokuments einfügen.</translation>
        </message>
        <message>
            <source>Choose another model, or set openrouter.data_collection to "allow" if requests may be kept.</source>
            <translation>Ein anderes Modell wählen oder openrouter.data_collection auf "allow" setzen, wenn Anfragen behalten werden dürfen.</translation>
        </message>
        <message>
            <source>Choose another model, or use a key with more permissions in Settings, Keys &amp; models.</source>
            <translation>Ein anderes Modell wählen oder unter Einstellungen, Schlüssel &amp; Modelle einen Schlüssel mit mehr Rechten verwenden.</translation>
        </message>
        <message>
            <source>Choose another model.</source>
            <translation>Ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Choose another model; the regions are marked all the same.</source>
            <translation>Ein anderes Modell wählen; die Bereiche sind trotzdem markiert.</translation>
        </message>
        <message>
            <source>Choose another name, or allow it to be overwritten.</source>
            <translation>Einen anderen Namen wählen oder das Überschreiben erlauben.</translation>
        </message>
        <message>
            <source>Choose another name, or remove that one first.</source>
            <translation>Einen anderen Namen wählen oder jenen zuerst entfernen.</translation>
        </message>
        <message>
            <source>Choose another name.</source>
            <translation>Einen anderen Namen wählen.</translation>
        </message>
        <message>
            <source>Choose another place.</source>
            <translation>Einen anderen Ort wählen.</translation>
        </message>
        <message>
            <source>Choose another shortcut in Settings.</source>
            <translation>In den Einstellungen ein anderes Tastenkürzel wählen.</translation>
        </message>
        <message>
            <source>Choose another, or allow reading it.</source>
            <translation>Anderes wählen oder das Lesen erlauben.</translation>
        </message>
        <message>
            <source>Choose another.</source>
            <translation>Einen anderen wählen.</translation>
        </message>
        <message>
            <source>Choose file…</source>
            <translation>Datei wählen…</translation>
        </message>
        <message>
            <source>Choose one in Settings, Keys &amp; models.</source>
            <translation>Eines unter Einstellungen, Schlüssel &amp; Modelle wählen.</translation>
        </message>
        <message>
            <source>Choose one of these: {choices}.</source>
            <translation>Eines davon wählen: {choices}.</translation>
        </message>
        <message>
            <source>Choose one within {width} x {height} pixels.</source>
            <translation>Einen innerhalb von {width} x {height} Pixeln wählen.</translation>
        </message>
        <message>
            <source>Choose other keys</source>
            <translation>Andere Tasten wählen</translation>
        </message>
        <message>
            <source>Choose picture…</source>
            <translation>Bild wählen…</translation>
        </message>
        <message>
            <source>Choose text, a PDF or a picture.</source>
            <translation>Text, ein PDF oder ein Bild wählen.</translation>
        </message>
        <message>
            <source>Choose the files in it.</source>
            <translation type="vanished">Die Dateien darin wählen.</translation>
        </message>
        <message>
            <source>Choose the folder of a backup</source>
            <translation>Ordner einer Sicherung wählen</translation>
        </message>
        <message>
            <source>Choose the folder of an export</source>
            <translation>Ordner eines Exports wählen</translation>
        </message>
        <message>
            <source>Choose the model</source>
            <translation>Modell wählen</translation>
        </message>
        <message>
            <source>Choose the tools that are offered</source>
            <translation>Wählen, welche Werkzeuge angeboten werden</translation>
        </message>
        <message>
            <source>Choose what goes along</source>
            <translation>Wählen, was mitgesendet wird</translation>
        </message>
        <message>
            <source>Choose what is asked about first.</source>
            <translation>Zuerst wählen, wonach gefragt wird.</translation>
        </message>
        <message>
            <source>Choose where…</source>
            <translation>Ort wählen…</translation>
        </message>
        <message>
            <source>Choose {new} in Settings, Keys &amp; models.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle {new} wählen.</translation>
        </message>
        <message>
            <source>Chosen at first</source>
            <translation>Zuerst gewählt</translation>
        </message>
        <message>
            <source>Click or Enter: this window</source>
            <translation>Klick oder Enter: dieses Fenster</translation>
        </message>
        <message>
            <source>Click: a window</source>
            <translation>Klick: ein Fenster</translation>
        </message>
        <message>
            <source>Clipboard</source>
            <translation>Zwischenablage</translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>Uhr</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Close a program that listens on many ports, or paste a key instead.</source>
            <translation>Ein Programm schließen, das viele Ports offen hält, oder stattdessen einen Schlüssel einfügen.</translation>
        </message>
        <message>
            <source>Close the editor</source>
            <translation>Editor schließen</translation>
        </message>
        <message>
            <source>Close the program that uses it (a database viewer, a backup) and try again; nothing was lost.</source>
            <translation>Das Programm schließen, das sie verwendet (ein Datenbankbetrachter, eine Sicherung), und noch einmal versuchen; nichts ging verloren.</translation>
        </message>
        <message>
            <source>Close the window</source>
            <translation>Fenster schließen</translation>
        </message>
        <message>
            <source>Close this row</source>
            <translation>Diese Zeile schließen</translation>
        </message>
        <message>
            <source>Code, {language}.</source>
            <translation>Code, {language}.</translation>
        </message>
        <message>
            <source>Code.</source>
            <translation>Code.</translation>
        </message>
        <message>
            <source>Colour and width</source>
            <translation>Farbe und Breite</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Farben</translation>
        </message>
        <message>
            <source>Columns are proposed from every picture, or follow your schema.</source>
            <translation>Spalten werden aus jedem Bild vorgeschlagen oder folgen Ihrem Schema.</translation>
        </message>
        <message>
            <source>Columns: {columns}</source>
            <translation>Spalten: {columns}</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>Befehl</translation>
        </message>
        <message>
            <source>Command of the server, with its arguments</source>
            <translation>Befehl des Servers mit seinen Argumenten</translation>
        </message>
        <message>
            <source>Commands</source>
            <translation>Befehle</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>Vergleichen</translation>
        </message>
        <message>
            <source>Compare two captures</source>
            <translation>Zwei Aufnahmen vergleichen</translation>
        </message>
        <message>
            <source>Compare two pictures</source>
            <translation>Zwei Bilder vergleichen</translation>
        </message>
        <message>
            <source>Compare with the screen now</source>
            <translation>Mit dem Bildschirm jetzt vergleichen</translation>
        </message>
        <message>
            <source>Comparing…</source>
            <translation>Wird verglichen…</translation>
        </message>
        <message>
            <source>Comparison</source>
            <translation>Vergleich</translation>
        </message>
        <message>
            <source>Confused categories</source>
            <translation>Verwechselte Kategorien</translation>
        </message>
        <message>
            <source>Connect one and try again.</source>
            <translation>Einen anschließen und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Connection without content</source>
            <translation>Verbindung ohne Inhalt</translation>
        </message>
        <message>
            <source>Contains text from {places}</source>
            <translation>Enthält Text {places}</translation>
        </message>
        <message>
            <source>Contents</source>
            <translation>Inhalt</translation>
        </message>
        <message>
            <source>Context</source>
            <translation>Kontext</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Continue the answer where it was cut</source>
            <translation>Antwort fortsetzen, wo sie abbrach</translation>
        </message>
        <message>
            <source>Contrast</source>
            <translation>Kontrast</translation>
        </message>
        <message>
            <source>Conversation</source>
            <translation>Unterhaltung</translation>
        </message>
        <message>
            <source>Conversation {number}</source>
            <translation>Unterhaltung {number}</translation>
        </message>
        <message>
            <source>Conversations</source>
            <translation>Unterhaltungen</translation>
        </message>
        <message>
            <source>Conversations and captures</source>
            <translation>Unterhaltungen und Aufnahmen</translation>
        </message>
        <message>
            <source>Conversations: {done} of {total}</source>
            <translation>Unterhaltungen: {done} von {total}</translation>
        </message>
        <message>
            <source>Convert units</source>
            <translation>Einheiten umrechnen</translation>
        </message>
        <message>
            <source>Converts units of measurement, temperatures and data sizes. No currencies.</source>
            <translation>Rechnet Maßeinheiten, Temperaturen und Datengrößen um. Keine Währungen.</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>Kopiert</translation>
        </message>
        <message>
            <source>Copied.</source>
            <translation>Kopiert.</translation>
        </message>
        <message>
            <source>Copied. Open it in a browser on this computer, and allow it there.</source>
            <translation>Kopiert. In einem Browser auf diesem Computer öffnen und dort erlauben.</translation>
        </message>
        <message>
            <source>Copied: {command}</source>
            <translation>Kopiert: {command}</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Copy a smaller part of it.</source>
            <translation>Einen kleineren Teil davon kopieren.</translation>
        </message>
        <message>
            <source>Copy all of the translated text (Ctrl+C)</source>
            <translation>Den ganzen übersetzten Text kopieren (Ctrl+C)</translation>
        </message>
        <message>
            <source>Copy as CSV</source>
            <translation>Als CSV kopieren</translation>
        </message>
        <message>
            <source>Copy as Markdown</source>
            <translation>Als Markdown kopieren</translation>
        </message>
        <message>
            <source>Copy as rich text</source>
            <translation>Als formatierten Text kopieren</translation>
        </message>
        <message>
            <source>Copy changes</source>
            <translation>Änderungen kopieren</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>Einzelheiten kopieren</translation>
        </message>
        <message>
            <source>Copy for a spreadsheet</source>
            <translation>Für eine Tabellenkalkulation kopieren</translation>
        </message>
        <message>
            <source>Copy it again, or from another program.</source>
            <translation>Noch einmal kopieren oder aus einem anderen Programm.</translation>
        </message>
        <message>
            <source>Copy it instead.</source>
            <translation>Es stattdessen kopieren.</translation>
        </message>
        <message>
            <source>Copy its text into the question.</source>
            <translation>Den Text daraus in die Frage kopieren.</translation>
        </message>
        <message>
            <source>Copy of {title}</source>
            <translation>Kopie von {title}</translation>
        </message>
        <message>
            <source>Copy of “{title}”</source>
            <translation>Kopie von „{title}“</translation>
        </message>
        <message>
            <source>Copy original and translation</source>
            <translation>Original und Übersetzung kopieren</translation>
        </message>
        <message>
            <source>Copy picture</source>
            <translation>Bild kopieren</translation>
        </message>
        <message>
            <source>Copy picture, copy its text</source>
            <translation>Bild kopieren, seinen Text kopieren</translation>
        </message>
        <message>
            <source>Copy some text, then ask again.</source>
            <translation>Etwas Text kopieren, dann noch einmal fragen.</translation>
        </message>
        <message>
            <source>Copy text</source>
            <translation>Text kopieren</translation>
        </message>
        <message>
            <source>Copy the address</source>
            <translation>Adresse kopieren</translation>
        </message>
        <message>
            <source>Copy the answer</source>
            <translation>Antwort kopieren</translation>
        </message>
        <message>
            <source>Copy the answer as Markdown</source>
            <translation>Die Antwort als Markdown kopieren</translation>
        </message>
        <message>
            <source>Copy the code</source>
            <translation>Code kopieren</translation>
        </message>
        <message>
            <source>Copy the command</source>
            <translation>Befehl kopieren</translation>
        </message>
        <message>
            <source>Copy the command {command}</source>
            <translation>Befehl {command} kopieren</translation>
        </message>
        <message>
            <source>Copy the command: {title}</source>
            <translation>Befehl kopieren: {title}</translation>
        </message>
        <message>
            <source>Copy the exact bytes</source>
            <translation>Die genauen Bytes kopieren</translation>
        </message>
        <message>
            <source>Copy the last answer</source>
            <translation>Die letzte Antwort kopieren</translation>
        </message>
        <message>
            <source>Copy the link's address</source>
            <translation>Adresse des Links kopieren</translation>
        </message>
        <message>
            <source>Copy the new secret</source>
            <translation>Neues Geheimnis kopieren</translation>
        </message>
        <message>
            <source>Copy the question</source>
            <translation>Die Frage kopieren</translation>
        </message>
        <message>
            <source>Copy the result</source>
            <translation>Ergebnis kopieren</translation>
        </message>
        <message>
            <source>Copy the suggested version</source>
            <translation>Die vorgeschlagene Fassung kopieren</translation>
        </message>
        <message>
            <source>Copy the table as CSV</source>
            <translation>Die Tabelle als CSV kopieren</translation>
        </message>
        <message>
            <source>Copy the table as Markdown</source>
            <translation>Die Tabelle als Markdown kopieren</translation>
        </message>
        <message>
            <source>Copy the table for a spreadsheet (Ctrl+C)</source>
            <translation>Die Tabelle für eine Tabellenkalkulation kopieren (Ctrl+C)</translation>
        </message>
        <message>
            <source>Copy the text in the picture (Ctrl+Shift+C)</source>
            <translation>Text im Bild kopieren (Ctrl+Shift+C)</translation>
        </message>
        <message>
            <source>Copy the text yourself, then choose Ask about the clipboard.</source>
            <translation>Den Text selbst kopieren, dann „Nach der Zwischenablage fragen“ wählen.</translation>
        </message>
        <message>
            <source>Copy the text yourself.</source>
            <translation>Den Text selbst kopieren.</translation>
        </message>
        <message>
            <source>Copy the translation</source>
            <translation>Die Übersetzung kopieren</translation>
        </message>
        <message>
            <source>Copy the verdict</source>
            <translation>Das Urteil kopieren</translation>
        </message>
        <message>
            <source>Copy the versions, for a report</source>
            <translation>Versionen kopieren, für einen Bericht</translation>
        </message>
        <message>
            <source>Copy the whole key and paste it again.</source>
            <translation>Den ganzen Schlüssel kopieren und noch einmal einfügen.</translation>
        </message>
        <message>
            <source>Copy the whole key, without spaces, and paste it again.</source>
            <translation>Den ganzen Schlüssel ohne Leerzeichen kopieren und noch einmal einfügen.</translation>
        </message>
        <message>
            <source>Copy the {language} code</source>
            <translation>{language}-Code kopieren</translation>
        </message>
        <message>
            <source>Copy there, then ask about the clipboard.</source>
            <translation>Dort kopieren, dann nach der Zwischenablage fragen.</translation>
        </message>
        <message>
            <source>Copy these lines</source>
            <translation>Diese Zeilen kopieren</translation>
        </message>
        <message>
            <source>Copy translation</source>
            <translation>Übersetzung kopieren</translation>
        </message>
        <message>
            <source>Copy verdict</source>
            <translation>Urteil kopieren</translation>
        </message>
        <message>
            <source>Copy what changed</source>
            <translation>Kopieren, was sich geändert hat</translation>
        </message>
        <message>
            <source>Copy what is known about it</source>
            <translation>Kopieren, was darüber bekannt ist</translation>
        </message>
        <message>
            <source>Copy with the terminal's own keys, then ask about the clipboard.</source>
            <translation>Mit den Tasten des Terminals kopieren, dann nach der Zwischenablage fragen.</translation>
        </message>
        <message>
            <source>Copying and checking…</source>
            <translation>Kopieren und prüfen…</translation>
        </message>
        <message>
            <source>Correct cwd in the entry.</source>
            <translation>cwd im Eintrag berichtigen.</translation>
        </message>
        <message>
            <source>Correct it and look again.</source>
            <translation>Es berichtigen und noch einmal suchen.</translation>
        </message>
        <message>
            <source>Correct it and try again.</source>
            <translation>Es berichtigen und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Correct it in an editor; it is left as it is until then.</source>
            <translation>Sie in einem Editor berichtigen; bis dahin bleibt sie, wie sie ist.</translation>
        </message>
        <message>
            <source>Correct it in the settings.</source>
            <translation>In den Einstellungen berichtigen.</translation>
        </message>
        <message>
            <source>Correct its schema.</source>
            <translation>Das Schema berichtigen.</translation>
        </message>
        <message>
            <source>Correct or empty that setting.</source>
            <translation>Diese Einstellung berichtigen oder leeren.</translation>
        </message>
        <message>
            <source>Correct or remove SSL_CERT_FILE.</source>
            <translation>SSL_CERT_FILE berichtigen oder entfernen.</translation>
        </message>
        <message>
            <source>Correct that line; until then the defaults hold, and the file is left as it is.</source>
            <translation>Diese Zeile berichtigen; bis dahin gelten die Vorgaben, und die Datei bleibt, wie sie ist.</translation>
        </message>
        <message>
            <source>Correct the JSON schema: the job's, or the file after --schema.</source>
            <translation>Das JSON-Schema berichtigen: das der Aufgabe oder die Datei nach --schema.</translation>
        </message>
        <message>
            <source>Correct the address of the webhook in the settings.</source>
            <translation>Die Adresse des Webhooks in den Einstellungen berichtigen.</translation>
        </message>
        <message>
            <source>Correct the entry in mcp.json.</source>
            <translation>Den Eintrag in mcp.json berichtigen.</translation>
        </message>
        <message>
            <source>Correct the file, or set the budget in Settings, Spending; kireji doctor says what is wrong.</source>
            <translation>Die Datei berichtigen oder das Budget unter Einstellungen, Ausgaben setzen; kireji doctor sagt, was nicht stimmt.</translation>
        </message>
        <message>
            <source>Correct the file, or set them in Settings, Privacy; kireji doctor says what is wrong.</source>
            <translation>Die Datei berichtigen oder sie unter Einstellungen, Datenschutz setzen; kireji doctor sagt, was nicht stimmt.</translation>
        </message>
        <message>
            <source>Correct the file.</source>
            <translation>Die Datei berichtigen.</translation>
        </message>
        <message>
            <source>Correct the file; kireji policies check {name} shows all that is wrong.</source>
            <translation>Die Datei berichtigen; kireji policies check {name} zeigt alles, was falsch ist.</translation>
        </message>
        <message>
            <source>Correct the path, or install the program.</source>
            <translation>Den Pfad berichtigen oder das Programm installieren.</translation>
        </message>
        <message>
            <source>Correct the path, or make the file executable.</source>
            <translation>Den Pfad berichtigen oder die Datei ausführbar machen.</translation>
        </message>
        <message>
            <source>Correct them, or go on without them: --yes</source>
            <translation>Sie berichtigen oder ohne sie weitermachen: --yes</translation>
        </message>
        <message>
            <source>Cost</source>
            <translation>Kosten</translation>
        </message>
        <message>
            <source>Cost, at most</source>
            <translation>Kosten, höchstens</translation>
        </message>
        <message>
            <source>Cost, expected</source>
            <translation>Kosten, erwartet</translation>
        </message>
        <message>
            <source>Count exactly</source>
            <translation>Genau zählen</translation>
        </message>
        <message>
            <source>Count of tokens</source>
            <translation>Zählung der Token</translation>
        </message>
        <message numerus="yes">
            <source>Count them as failed</source>
            <extracomment>Count it as failed</extracomment>
            <translation>
                <numerusform>Als fehlgeschlagen zählen</numerusform>
                <numerusform>Als fehlgeschlagen zählen</numerusform>
            </translation>
        </message>
        <message>
            <source>Counted as failed: {rows}.</source>
            <translation>Als fehlgeschlagen gezählt: {rows}.</translation>
        </message>
        <message>
            <source>Counted by the service: {tokens}. Estimated: {estimate}.</source>
            <translation>Vom Dienst gezählt: {tokens}. Geschätzt: {estimate}.</translation>
        </message>
        <message>
            <source>Create it, or choose another place.</source>
            <translation>Ihn anlegen oder einen anderen Ort wählen.</translation>
        </message>
        <message>
            <source>Credit cards</source>
            <translation>Kreditkarten</translation>
        </message>
        <message>
            <source>Ctrl + A</source>
            <translation>Ctrl + A</translation>
        </message>
        <message>
            <source>Ctrl + C, Ctrl + Shift + C</source>
            <translation>Ctrl + C, Ctrl + Shift + C</translation>
        </message>
        <message>
            <source>Ctrl + S, Ctrl + Shift + S</source>
            <translation>Ctrl + S, Ctrl + Shift + S</translation>
        </message>
        <message>
            <source>Ctrl + Tab</source>
            <translation>Ctrl + Tab</translation>
        </message>
        <message>
            <source>Ctrl + Z, Ctrl + Shift + Z</source>
            <translation>Ctrl + Z, Ctrl + Shift + Z</translation>
        </message>
        <message>
            <source>Ctrl + arrow keys</source>
            <translation>Ctrl + Pfeiltasten</translation>
        </message>
        <message>
            <source>Ctrl or Alt + Home, End</source>
            <translation>Ctrl oder Alt + Home, End</translation>
        </message>
        <message>
            <source>Cut</source>
            <translation>Ausschneiden</translation>
        </message>
        <message>
            <source>Cut one out by its place: --region.</source>
            <translation>Eines nach seiner Lage ausschneiden: --region.</translation>
        </message>
        <message>
            <source>Cut out a piece of the screen and ask about it</source>
            <translation>Ein Stück des Bildschirms ausschneiden und danach fragen</translation>
        </message>
        <message>
            <source>Cut out a piece of the screen, ask, and read the answer as it streams.</source>
            <translation>Ein Stück des Bildschirms ausschneiden, fragen und die Antwort lesen, während sie entsteht.</translation>
        </message>
        <message>
            <source>Cut out a smaller region.</source>
            <translation>Einen kleineren Bereich ausschneiden.</translation>
        </message>
        <message>
            <source>Cut out the region in the desktop's own dialog, or give Kireji a picture file.</source>
            <translation>Den Bereich im Dialog des Desktops ausschneiden oder Kireji eine Bilddatei geben.</translation>
        </message>
        <message>
            <source>DE89 3704 0044 0532 0130 00</source>
            <translation>DE89 3704 0044 0532 0130 00</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>Daten</translation>
        </message>
        <message>
            <source>Date</source>
            <translation>Datum</translation>
        </message>
        <message>
            <source>Date and time</source>
            <translation>Datum und Uhrzeit</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>Entschieden</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>Vorgabe</translation>
        </message>
        <message>
            <source>Default model</source>
            <translation>Standardmodell</translation>
        </message>
        <message>
            <source>Delete all contents that are kept? The ledger stays; its receipts then show what can still be proved.</source>
            <translation>Alle aufbewahrten Inhalte löschen? Das Journal bleibt; seine Belege zeigen dann, was sich noch beweisen lässt.</translation>
        </message>
        <message>
            <source>Delete everything</source>
            <translation>Alles löschen</translation>
        </message>
        <message>
            <source>Delete everything…</source>
            <translation>Alles löschen…</translation>
        </message>
        <message>
            <source>Delete now</source>
            <translation>Jetzt löschen</translation>
        </message>
        <message>
            <source>Delete the contents that are kept</source>
            <translation>Aufbewahrte Inhalte löschen</translation>
        </message>
        <message>
            <source>Delete them</source>
            <translation>Löschen</translation>
        </message>
        <message numerus="yes">
            <source>Delete {n} conversations</source>
            <extracomment>Delete</extracomment>
            <translation>
                <numerusform>Löschen</numerusform>
                <numerusform>{n} Unterhaltungen löschen</numerusform>
            </translation>
        </message>
        <message>
            <source>Delete, in the list</source>
            <translation>Löschen, in der Liste</translation>
        </message>
        <message numerus="yes">
            <source>Deleted {n} conversations</source>
            <extracomment>Deleted 1 conversation</extracomment>
            <translation>
                <numerusform>{n} Unterhaltung gelöscht</numerusform>
                <numerusform>{n} Unterhaltungen gelöscht</numerusform>
            </translation>
        </message>
        <message>
            <source>Deleted “{title}”</source>
            <translation>„{title}“ gelöscht</translation>
        </message>
        <message>
            <source>Deny</source>
            <translation>Ablehnen</translation>
        </message>
        <message>
            <source>Deny in this conversation</source>
            <translation>In dieser Unterhaltung ablehnen</translation>
        </message>
        <message>
            <source>Deny it from now on</source>
            <translation>Von jetzt an ablehnen</translation>
        </message>
        <message>
            <source>Desktop</source>
            <translation>Desktop</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>Details at the side</source>
            <translation>Einzelheiten an der Seite</translation>
        </message>
        <message>
            <source>Did you mean {name}?</source>
            <translation>War {name} gemeint?</translation>
        </message>
        <message>
            <source>Did you mean {other}?</source>
            <translation>War {other} gemeint?</translation>
        </message>
        <message>
            <source>Differs: the picture says “{words}”</source>
            <translation>Weicht ab: Auf dem Bild steht „{words}“</translation>
        </message>
        <message>
            <source>Disagreeing</source>
            <translation>Nicht übereinstimmend</translation>
        </message>
        <message>
            <source>Discard changes</source>
            <translation>Änderungen verwerfen</translation>
        </message>
        <message>
            <source>Do it yourself, or switch hiding off for this service in the settings.</source>
            <translation>Es selbst tun oder das Verbergen für diesen Dienst in den Einstellungen ausschalten.</translation>
        </message>
        <message>
            <source>Do not install it. Download it again from {page}</source>
            <translation>Sie nicht installieren. Noch einmal herunterladen von {page}</translation>
        </message>
        <message>
            <source>Do not restore</source>
            <translation>Nicht wiederherstellen</translation>
        </message>
        <message>
            <source>Do not say whose export it is, or say it right.</source>
            <translation>Nicht angeben, von wem der Export ist, oder es richtig angeben.</translation>
        </message>
        <message>
            <source>Do not skip it</source>
            <translation>Nicht überspringen</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>Dokument</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>Dokumente</translation>
        </message>
        <message>
            <source>Does not belong there</source>
            <translation>Gehört nicht dazu</translation>
        </message>
        <message>
            <source>Does not belong there: {example}</source>
            <translation>Gehört nicht dazu: {example}</translation>
        </message>
        <message>
            <source>Don't send</source>
            <translation>Nicht senden</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>Fertig</translation>
        </message>
        <message>
            <source>Download it and put it in the place of this folder; your data lies elsewhere and stays.</source>
            <translation>Die neue Version herunterladen und an die Stelle dieses Ordners legen; Ihre Daten liegen anderswo und bleiben.</translation>
        </message>
        <message>
            <source>Download or copy the export again, then try once more.</source>
            <translation>Den Export noch einmal herunterladen oder kopieren und erneut versuchen.</translation>
        </message>
        <message>
            <source>Download the disk image, quit Kireji, and drag the new one over the old; your data stays.</source>
            <translation>Die Image-Datei herunterladen, Kireji beenden und das neue Kireji über das alte ziehen; Ihre Daten bleiben.</translation>
        </message>
        <message>
            <source>Download the installer, quit Kireji, and run it; your data stays.</source>
            <translation>Das Installationsprogramm herunterladen, Kireji beenden und es ausführen; Ihre Daten bleiben.</translation>
        </message>
        <message>
            <source>Download the new AppImage, make it executable, and use it in the place of this one.</source>
            <translation>Das neue AppImage herunterladen, ausführbar machen und anstelle von diesem verwenden.</translation>
        </message>
        <message>
            <source>Download the package, then in its folder: sudo apt install ./{name}</source>
            <translation>Das Paket herunterladen, dann in seinem Ordner: sudo apt install ./{name}</translation>
        </message>
        <message>
            <source>Drag over a part of the screen.</source>
            <translation>Über einen Teil des Bildschirms ziehen.</translation>
        </message>
        <message>
            <source>Drag to cut out</source>
            <translation>Ziehen: ausschneiden</translation>
        </message>
        <message>
            <source>Drag: any region</source>
            <translation>Ziehen: beliebiger Bereich</translation>
        </message>
        <message>
            <source>Draw a box</source>
            <translation>Rahmen zeichnen</translation>
        </message>
        <message>
            <source>Draw an arrow</source>
            <translation>Pfeil zeichnen</translation>
        </message>
        <message>
            <source>Draw by hand</source>
            <translation>Frei zeichnen</translation>
        </message>
        <message>
            <source>Draw on the picture</source>
            <translation>Auf dem Bild zeichnen</translation>
        </message>
        <message>
            <source>Draw with the mouse, or arrow keys and Space</source>
            <translation>Mit Maus oder Pfeiltasten und Leertaste zeichnen</translation>
        </message>
        <message>
            <source>Draw with the mouse, or with arrow keys and Space  (Esc: done)</source>
            <translation>Mit der Maus zeichnen oder mit Pfeiltasten und Leertaste  (Esc: fertig)</translation>
        </message>
        <message>
            <source>Drop a file or a folder here: lines of JSON, a table, or pictures.</source>
            <translation>Hier eine Datei oder einen Ordner ablegen: JSON-Zeilen, eine Tabelle oder Bilder.</translation>
        </message>
        <message>
            <source>Drop to ask about it</source>
            <translation>Ablegen, um danach zu fragen</translation>
        </message>
        <message>
            <source>Drop to make a job of it</source>
            <translation>Ablegen, um eine Aufgabe daraus zu machen</translation>
        </message>
        <message>
            <source>Dropped picture</source>
            <translation>Abgelegtes Bild</translation>
        </message>
        <message>
            <source>Duplicate</source>
            <translation>Duplizieren</translation>
        </message>
        <message>
            <source>Duplicate…</source>
            <translation>Duplizieren…</translation>
        </message>
        <message>
            <source>Each command is shown exactly as it would run, and you are asked every time. No permission lasts.</source>
            <translation>Jeder Befehl wird genau so gezeigt, wie er ausgeführt würde, und Sie werden jedes Mal gefragt. Keine Erlaubnis gilt weiter.</translation>
        </message>
        <message>
            <source>Each line is a JSON object with a prompt, params or a body; a table needs a prompt.</source>
            <translation>Jede Zeile ist ein JSON-Objekt mit prompt, params oder body; eine Tabelle braucht einen Prompt.</translation>
        </message>
        <message>
            <source>Each variable or header has a name without spaces. Remove the row if there is none.</source>
            <translation>Jede Variable und jeder Header hat einen Namen ohne Leerzeichen. Gibt es keinen, die Zeile entfernen.</translation>
        </message>
        <message>
            <source>Earlier conversation</source>
            <translation>Frühere Unterhaltung</translation>
        </message>
        <message>
            <source>Earlier conversations</source>
            <translation>Frühere Unterhaltungen</translation>
        </message>
        <message>
            <source>Earlier conversation…</source>
            <translation>Frühere Unterhaltung…</translation>
        </message>
        <message>
            <source>Earlier questions</source>
            <translation>Frühere Fragen</translation>
        </message>
        <message>
            <source>Earlier questions, in an empty field</source>
            <translation>Frühere Fragen, in einem leeren Feld</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>Bearbeiten</translation>
        </message>
        <message>
            <source>Edit the last question</source>
            <translation>Die letzte Frage bearbeiten</translation>
        </message>
        <message>
            <source>Edit the question and ask again</source>
            <translation>Die Frage bearbeiten und noch einmal stellen</translation>
        </message>
        <message>
            <source>Edit: {title}</source>
            <translation>Bearbeiten: {title}</translation>
        </message>
        <message>
            <source>Editing an earlier question</source>
            <translation>Eine frühere Frage wird bearbeitet</translation>
        </message>
        <message>
            <source>Effort</source>
            <translation>Aufwand</translation>
        </message>
        <message>
            <source>End it, then delete again; nothing was deleted.</source>
            <translation>Es beenden und noch einmal löschen; nichts wurde gelöscht.</translation>
        </message>
        <message>
            <source>End some programs and try again.</source>
            <translation>Einige Programme beenden und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>End the search</source>
            <translation>Suche beenden</translation>
        </message>
        <message>
            <source>End what runs (a window, or a kireji command in a terminal), then start Kireji again.</source>
            <translation>Beenden, was läuft (ein Fenster oder einen kireji-Befehl in einem Terminal), und Kireji neu starten.</translation>
        </message>
        <message>
            <source>English</source>
            <translation>Deutsch</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Enter an address, or choose another way above.</source>
            <translation>Eine Adresse eingeben oder oben einen anderen Weg wählen.</translation>
        </message>
        <message>
            <source>Enter an http:// proxy in Settings, Network.</source>
            <translation>Unter Einstellungen, Netz einen http://-Proxy eingeben.</translation>
        </message>
        <message>
            <source>Enter it by hand.</source>
            <translation>Von Hand eintragen.</translation>
        </message>
        <message>
            <source>Enter one in Settings, Keys &amp; models, or with: kireji keys set local. Beside OPENAI_BASE_URL, set OPENAI_API_KEY.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle einen eingeben, oder mit: kireji keys set local. Neben OPENAI_BASE_URL auch OPENAI_API_KEY setzen.</translation>
        </message>
        <message>
            <source>Enter the address that is to be told as jobs.webhook in the settings first.</source>
            <translation>Zuerst die Adresse, die benachrichtigt werden soll, als jobs.webhook in den Einstellungen eingeben.</translation>
        </message>
        <message>
            <source>Enter the server's address in Settings, Keys &amp; models, first.</source>
            <translation>Zuerst unter Einstellungen, Schlüssel &amp; Modelle die Adresse des Servers eingeben.</translation>
        </message>
        <message>
            <source>Enter this secret where messages are received. It is shown only now; the keychain keeps it.</source>
            <translation>Dieses Geheimnis dort eingeben, wo die Nachrichten empfangen werden. Es wird nur jetzt gezeigt; der Schlüsselbund bewahrt es auf.</translation>
        </message>
        <message>
            <source>Enter: done. Shift+Enter: new line.</source>
            <translation>Enter: fertig. Shift+Enter: neue Zeile.</translation>
        </message>
        <message>
            <source>Enter: set it</source>
            <translation>Enter: setzen</translation>
        </message>
        <message>
            <source>Enter: take it</source>
            <translation>Enter: übernehmen</translation>
        </message>
        <message>
            <source>Enter: whole screen</source>
            <translation>Enter: ganzer Bildschirm</translation>
        </message>
        <message>
            <source>Entry read</source>
            <translation>Eintrag gelesen</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>Fehler</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Esc: close</source>
            <translation>Esc: schließen</translation>
        </message>
        <message>
            <source>Estimated</source>
            <translation>Geschätzt</translation>
        </message>
        <message>
            <source>Every answer ends at once: {rule} is found in any text.</source>
            <translation>Jede Antwort endet sofort: {rule} findet sich in jedem Text.</translation>
        </message>
        <message>
            <source>Every answer follows a JSON schema; its properties become columns.</source>
            <translation>Jede Antwort folgt einem JSON-Schema; seine Eigenschaften werden zu Spalten.</translation>
        </message>
        <message>
            <source>Every call of this tool for a week</source>
            <translation>Jeder Aufruf dieses Werkzeugs für eine Woche</translation>
        </message>
        <message>
            <source>Every call of this tool in this conversation</source>
            <translation>Jeder Aufruf dieses Werkzeugs in dieser Unterhaltung</translation>
        </message>
        <message>
            <source>Every call of this tool until a date…</source>
            <translation>Jeder Aufruf dieses Werkzeugs bis zu einem Datum…</translation>
        </message>
        <message>
            <source>Every call of this tool until tonight</source>
            <translation>Jeder Aufruf dieses Werkzeugs bis heute um Mitternacht</translation>
        </message>
        <message>
            <source>Every host is reached directly.</source>
            <translation>Jeder Host wird direkt erreicht.</translation>
        </message>
        <message>
            <source>Every line of this job can be asked.</source>
            <translation>Jede Zeile dieser Aufgabe kann gefragt werden.</translation>
        </message>
        <message>
            <source>Every row that has ended has a verdict.</source>
            <translation>Jede beendete Zeile hat ein Urteil.</translation>
        </message>
        <message>
            <source>Every text or picture gets a verdict; what waits for a person is reviewed afterwards.</source>
            <translation>Jeder Text und jedes Bild bekommt ein Urteil; was auf einen Menschen wartet, wird danach durchgesehen.</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>Alles</translation>
        </message>
        <message>
            <source>Everything else in it</source>
            <translation>Alles andere darin</translation>
        </message>
        <message>
            <source>Everything that was said, with its pictures. Keys are never in an export or a backup.</source>
            <translation>Alles, was gesagt wurde, mit den Bildern. Schlüssel sind nie in einem Export oder einer Sicherung.</translation>
        </message>
        <message>
            <source>Exactly the bytes, on this computer, so that a receipt can show them whatever becomes of the conversation. Keys are never among them.</source>
            <translation>Genau die Bytes, auf diesem Computer, damit ein Beleg sie zeigen kann, was immer aus der Unterhaltung wird. Schlüssel sind nie darunter.</translation>
        </message>
        <message>
            <source>Explain</source>
            <translation>Erklären</translation>
        </message>
        <message>
            <source>Explain the error that is shown, in this order: the line that tells, quoted; what went wrong; the most likely cause; the next step that would fix it, as an exact command or change where that is possible. If the picture does not show enough to be sure, say what else you need to see.</source>
            <translation>Erkläre den gezeigten Fehler in dieser Reihenfolge: die entscheidende Zeile, zitiert; was schiefging; die wahrscheinlichste Ursache; der nächste Schritt, der ihn behebt, wenn möglich als genauer Befehl oder genaue Änderung. Zeigt das Bild nicht genug, um sicher zu sein, sage, was du noch sehen müsstest.</translation>
        </message>
        <message>
            <source>Explain this error</source>
            <translation>Diesen Fehler erklären</translation>
        </message>
        <message>
            <source>Explain what is shown.</source>
            <translation>Erkläre, was zu sehen ist.</translation>
        </message>
        <message>
            <source>Explain what is shown. Begin with one sentence that says what it is; then what matters about it. Say so where something is cut off or cannot be read.</source>
            <translation>Erkläre, was zu sehen ist. Beginne mit einem Satz, der sagt, was es ist; dann, worauf es dabei ankommt. Sage es, wo etwas abgeschnitten ist oder nicht gelesen werden kann.</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Export</translation>
        </message>
        <message>
            <source>Export all conversations</source>
            <translation>Alle Unterhaltungen exportieren</translation>
        </message>
        <message>
            <source>Export all prompts into a file</source>
            <translation>Alle Schnellfragen in eine Datei exportieren</translation>
        </message>
        <message>
            <source>Export all…</source>
            <translation>Alles exportieren…</translation>
        </message>
        <message>
            <source>Export everything</source>
            <translation>Alles exportieren</translation>
        </message>
        <message>
            <source>Export everything first…</source>
            <translation>Erst alles exportieren…</translation>
        </message>
        <message>
            <source>Export everything to</source>
            <translation>Alles exportieren nach</translation>
        </message>
        <message>
            <source>Export everything…</source>
            <translation>Alles exportieren…</translation>
        </message>
        <message>
            <source>Export prompts</source>
            <translation>Schnellfragen exportieren</translation>
        </message>
        <message>
            <source>Export results…</source>
            <translation>Ergebnisse exportieren…</translation>
        </message>
        <message>
            <source>Export the answers of “{name}”</source>
            <translation>Antworten von „{name}“ exportieren</translation>
        </message>
        <message>
            <source>Export the decisions (Ctrl+S)</source>
            <translation>Die Entscheidungen exportieren (Ctrl+S)</translation>
        </message>
        <message>
            <source>Export the decisions about “{name}”</source>
            <translation>Entscheidungen zu „{name}“ exportieren</translation>
        </message>
        <message>
            <source>Export the policy</source>
            <translation>Die Richtlinie exportieren</translation>
        </message>
        <message>
            <source>Export the prompts again, or unpack it and import the files.</source>
            <translation>Die Schnellfragen noch einmal exportieren oder das Archiv entpacken und die Dateien importieren.</translation>
        </message>
        <message>
            <source>Export them again.</source>
            <translation>Sie noch einmal exportieren.</translation>
        </message>
        <message>
            <source>Export to</source>
            <translation>Exportieren nach</translation>
        </message>
        <message>
            <source>Export what failed of “{name}”</source>
            <translation>Fehlgeschlagenes von „{name}“ exportieren</translation>
        </message>
        <message numerus="yes">
            <source>Export {n} conversations</source>
            <extracomment>Export this conversation</extracomment>
            <translation>
                <numerusform>Diese Unterhaltung exportieren</numerusform>
                <numerusform>{n} Unterhaltungen exportieren</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Export {n} conversations…</source>
            <extracomment>Export…</extracomment>
            <translation>
                <numerusform>Exportieren…</numerusform>
                <numerusform>{n} Unterhaltungen exportieren…</numerusform>
            </translation>
        </message>
        <message>
            <source>Export “{title}”</source>
            <translation>„{title}“ exportieren</translation>
        </message>
        <message>
            <source>Exported to {path}.</source>
            <translation>Nach {path} exportiert.</translation>
        </message>
        <message>
            <source>Exported to {path}: {what}; {size}.</source>
            <translation>Nach {path} exportiert: {what}; {size}.</translation>
        </message>
        <message>
            <source>Exported {conversations} to {path}.</source>
            <translation>{conversations} nach {path} exportiert.</translation>
        </message>
        <message>
            <source>Exported {rows} to {path}.</source>
            <translation>{rows} nach {path} exportiert.</translation>
        </message>
        <message>
            <source>Exporting…</source>
            <translation>Wird exportiert…</translation>
        </message>
        <message>
            <source>Exports of ChatGPT and Claude (the zip file they send, or its folder) and Kireji's own. What is there already is not added again, so a newer export can be imported later.</source>
            <translation>Exporte von ChatGPT und Claude (die Zip-Datei, die sie senden, oder ihr Ordner) und die von Kireji. Was schon da ist, wird nicht noch einmal hinzugefügt; ein neuerer Export kann also später importiert werden.</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Exportieren…</translation>
        </message>
        <message>
            <source>Extra certificates</source>
            <translation>Weitere Zertifikate</translation>
        </message>
        <message>
            <source>Extract text</source>
            <translation>Text entnehmen</translation>
        </message>
        <message>
            <source>F1</source>
            <translation>F1</translation>
        </message>
        <message>
            <source>F1: all keys</source>
            <translation>F1: alle Tasten</translation>
        </message>
        <message>
            <source>F8 goes to the next one</source>
            <translation>F8 geht zum nächsten</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>Fehlgeschlagen</translation>
        </message>
        <message>
            <source>Fetch a page</source>
            <translation>Seite holen</translation>
        </message>
        <message>
            <source>Fetch a web page</source>
            <translation>Webseite holen</translation>
        </message>
        <message>
            <source>Fetches a page, a text, a picture or a PDF from the web; nobody is signed in there.</source>
            <translation>Holt eine Seite, einen Text, ein Bild oder ein PDF aus dem Web; niemand ist dort angemeldet.</translation>
        </message>
        <message>
            <source>Field</source>
            <translation>Feld</translation>
        </message>
        <message>
            <source>Fields</source>
            <translation>Felder</translation>
        </message>
        <message>
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <source>Files</source>
            <translation>Dateien</translation>
        </message>
        <message>
            <source>Files may be read in these folders</source>
            <translation>In diesen Ordnern dürfen Dateien gelesen werden</translation>
        </message>
        <message>
            <source>Files or pictures…</source>
            <translation>Dateien oder Bilder…</translation>
        </message>
        <message>
            <source>Files with servers (*.json *.toml *.yaml *.yml)</source>
            <translation>Dateien mit Servern (*.json *.toml *.yaml *.yml)</translation>
        </message>
        <message>
            <source>Findings that are less than {number} % sure: {action}.</source>
            <translation>Befunde, die weniger als {number} % sicher sind: {action}.</translation>
        </message>
        <message>
            <source>Finds files below a folder by their names or by the text in them.</source>
            <translation>Findet Dateien unterhalb eines Ordners nach ihrem Namen oder dem Text darin.</translation>
        </message>
        <message>
            <source>First picture of an animation</source>
            <translation>Erstes Bild einer Animation</translation>
        </message>
        <message>
            <source>First that can work</source>
            <translation>Der erste, der kann</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>Einpassen</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <source>Folder of pictures</source>
            <translation>Ordner mit Bildern</translation>
        </message>
        <message>
            <source>Folder of pictures…</source>
            <translation>Ordner mit Bildern…</translation>
        </message>
        <message>
            <source>Folder or repository…</source>
            <translation>Ordner oder Repository…</translation>
        </message>
        <message>
            <source>Follow up…</source>
            <translation>Nachfragen…</translation>
        </message>
        <message>
            <source>Follow-up question</source>
            <translation>Nachfrage</translation>
        </message>
        <message>
            <source>For</source>
            <translation>Zweck</translation>
        </message>
        <message>
            <source>For a report of a fault. No key, no content and no name of yours is in it.</source>
            <translation>Für den Bericht über einen Fehler. Kein Schlüssel, kein Inhalt und kein Name von Ihnen steht darin.</translation>
        </message>
        <message>
            <source>For braces themselves write {open} and {close}.</source>
            <translation>Für die Klammern selbst {open} und {close} schreiben.</translation>
        </message>
        <message>
            <source>For example: Answer in two sentences.</source>
            <translation>Zum Beispiel: In zwei Sätzen antworten.</translation>
        </message>
        <message>
            <source>For example: Describe this picture in one sentence for people who cannot see it.</source>
            <translation>Zum Beispiel: Beschreibe dieses Bild in einem Satz für Menschen, die es nicht sehen können.</translation>
        </message>
        <message>
            <source>For example: German</source>
            <translation>Zum Beispiel: Englisch</translation>
        </message>
        <message>
            <source>For example: Translate into English.</source>
            <translation>Zum Beispiel: Übersetze ins Englische.</translation>
        </message>
        <message>
            <source>For example: Which product is this mail about? {column}</source>
            <translation>Zum Beispiel: Um welches Produkt geht es in dieser Nachricht? {column}</translation>
        </message>
        <message>
            <source>For example: {column}</source>
            <translation>Zum Beispiel: {column}</translation>
        </message>
        <message>
            <source>For how long</source>
            <translation>Wie lange</translation>
        </message>
        <message>
            <source>For lines that bring none of their own; those that do keep theirs.</source>
            <translation>Für Zeilen, die keinen eigenen mitbringen; die übrigen behalten ihren.</translation>
        </message>
        <message>
            <source>For review</source>
            <translation>Zur Durchsicht</translation>
        </message>
        <message>
            <source>For the host {host}, until you take it back</source>
            <translation>Für den Host {host}, bis Sie es zurücknehmen</translation>
        </message>
        <message>
            <source>Forward</source>
            <translation>Vorwärts</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>Gefunden</translation>
        </message>
        <message>
            <source>Free software under the MIT licence.</source>
            <translation>Freie Software unter der MIT-Lizenz.</translation>
        </message>
        <message>
            <source>Free some space and try again; what was saved before is still there.</source>
            <translation>Platz schaffen und noch einmal versuchen; was vorher gesichert war, ist noch da.</translation>
        </message>
        <message>
            <source>Free some space.</source>
            <translation>Platz schaffen.</translation>
        </message>
        <message>
            <source>Free {size} MB of the disk.</source>
            <translation>{size} MB auf dem Datenträger frei machen.</translation>
        </message>
        <message>
            <source>From a file…</source>
            <translation>Aus einer Datei…</translation>
        </message>
        <message>
            <source>From cache</source>
            <translation>Aus Zwischenspeicher</translation>
        </message>
        <message>
            <source>From folders, pages and conversations at most</source>
            <translation>Höchstens aus Ordnern, Seiten und Unterhaltungen</translation>
        </message>
        <message>
            <source>From the cache</source>
            <translation type="vanished">Aus dem Zwischenspeicher</translation>
        </message>
        <message>
            <source>Frozen screen</source>
            <translation>Eingefrorener Bildschirm</translation>
        </message>
        <message>
            <source>General</source>
            <translation>Allgemein</translation>
        </message>
        <message>
            <source>Give Kireji a picture.</source>
            <translation>Kireji ein Bild geben.</translation>
        </message>
        <message>
            <source>Give a name that ends with .zip, or one without an ending for a folder.</source>
            <translation>Einen Namen angeben, der auf .zip endet, oder einen ohne Endung für einen Ordner.</translation>
        </message>
        <message>
            <source>Give a smaller one.</source>
            <translation>Ein kleineres angeben.</translation>
        </message>
        <message>
            <source>Give a text or a picture.</source>
            <translation>Einen Text oder ein Bild angeben.</translation>
        </message>
        <message>
            <source>Give each column a name of its own.</source>
            <translation>Jeder Spalte einen eigenen Namen geben.</translation>
        </message>
        <message>
            <source>Give it a name that ends with .zip.</source>
            <translation>Einen Namen geben, der auf .zip endet.</translation>
        </message>
        <message>
            <source>Give it a name, such as git.</source>
            <translation>Einen Namen geben, zum Beispiel git.</translation>
        </message>
        <message>
            <source>Give it a name.</source>
            <translation>Einen Namen geben.</translation>
        </message>
        <message>
            <source>Give it a title.</source>
            <translation>Einen Titel geben.</translation>
        </message>
        <message>
            <source>Give it one of these: {endings}.</source>
            <translation>Eine davon anhängen: {endings}.</translation>
        </message>
        <message>
            <source>Give one picture or several.</source>
            <translation>Ein Bild oder mehrere angeben.</translation>
        </message>
        <message>
            <source>Give one with "type": "object" and its "properties".</source>
            <translation>Eines mit "type": "object" und seinen "properties" angeben.</translation>
        </message>
        <message>
            <source>Give one with "type": "object".</source>
            <translation>Eines mit "type": "object" angeben.</translation>
        </message>
        <message>
            <source>Give one with {options}.</source>
            <translation>Eines mit {options} angeben.</translation>
        </message>
        <message>
            <source>Give some words, or a picture.</source>
            <translation>Einige Worte oder ein Bild angeben.</translation>
        </message>
        <message>
            <source>Gives a comparison</source>
            <translation>Ergibt einen Vergleich</translation>
        </message>
        <message>
            <source>Gives a table</source>
            <translation>Ergibt eine Tabelle</translation>
        </message>
        <message>
            <source>Gives a translation in place</source>
            <translation>Ergibt eine Übersetzung an Ort und Stelle</translation>
        </message>
        <message>
            <source>Gives a verdict</source>
            <translation>Ergibt ein Urteil</translation>
        </message>
        <message>
            <source>Gives fields</source>
            <translation>Ergibt Felder</translation>
        </message>
        <message>
            <source>Global shortcuts are not supported on this system yet.</source>
            <translation>Globale Tastenkürzel werden auf diesem System noch nicht unterstützt.</translation>
        </message>
        <message>
            <source>Go on in the main window</source>
            <translation>Im Hauptfenster weitermachen</translation>
        </message>
        <message>
            <source>Go on without a key</source>
            <translation>Ohne Schlüssel weiter</translation>
        </message>
        <message>
            <source>Gravest first</source>
            <translation>Schwerste zuerst</translation>
        </message>
        <message>
            <source>Green</source>
            <translation>Grün</translation>
        </message>
        <message>
            <source>H</source>
            <translation>H</translation>
        </message>
        <message>
            <source>Half price through the batch service</source>
            <translation>Halber Preis über den Stapeldienst</translation>
        </message>
        <message>
            <source>Hardly any finding is that sure: nearly all go to a person.</source>
            <translation>Kaum ein Befund ist so sicher: Fast alle gehen an einen Menschen.</translation>
        </message>
        <message>
            <source>Have {name} summarise the message that is left out?</source>
            <translation>{name} die weggelassene Nachricht zusammenfassen lassen?</translation>
        </message>
        <message>
            <source>Have {name} summarise the {count} messages that are left out?</source>
            <translation>{name} die {count} weggelassenen Nachrichten zusammenfassen lassen?</translation>
        </message>
        <message>
            <source>Headers, besides the key</source>
            <translation>Header, ohne den Schlüssel</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>Hilfe</translation>
        </message>
        <message>
            <source>Help about this page</source>
            <translation type="vanished">Hilfe zu dieser Seite</translation>
        </message>
        <message>
            <source>Help about this page (F1)</source>
            <translation>Hilfe zu dieser Seite (F1)</translation>
        </message>
        <message>
            <source>Hidden for you</source>
            <translation>Für Sie verborgen</translation>
        </message>
        <message>
            <source>Hidden from the service: {what}.</source>
            <translation>Vor dem Dienst verborgen: {what}.</translation>
        </message>
        <message>
            <source>Hidden in what is sent. Click a box to send it; H goes through them</source>
            <translation>Beim Senden verborgen. Klick auf einen Kasten: wird gesendet; H geht sie durch</translation>
        </message>
        <message>
            <source>Hide before sending</source>
            <translation>Vor dem Senden verbergen</translation>
        </message>
        <message>
            <source>Hide details</source>
            <translation>Einzelheiten ausblenden</translation>
        </message>
        <message>
            <source>Hide the text</source>
            <translation>Den Text ausblenden</translation>
        </message>
        <message>
            <source>Hide these too</source>
            <translation>Auch diese verbergen</translation>
        </message>
        <message>
            <source>Hide this from {name}?</source>
            <translation>Dies vor {name} verbergen?</translation>
        </message>
        <message>
            <source>High</source>
            <translation>Hoch</translation>
        </message>
        <message>
            <source>History</source>
            <translation>Verlauf</translation>
        </message>
        <message>
            <source>Home, End</source>
            <translation>Home, End</translation>
        </message>
        <message>
            <source>Home, End: next edge</source>
            <translation>Home, End: nächste Kante</translation>
        </message>
        <message>
            <source>Host whose pages may be fetched</source>
            <translation>Host, dessen Seiten geholt werden dürfen</translation>
        </message>
        <message>
            <source>Hosts without proxy</source>
            <translation>Hosts ohne Proxy</translation>
        </message>
        <message>
            <source>House rules</source>
            <translation>Hausregeln</translation>
        </message>
        <message>
            <source>How far the check is</source>
            <translation>Wie weit die Prüfung ist</translation>
        </message>
        <message>
            <source>How it is rewritten</source>
            <translation>Wie umgeschrieben wird</translation>
        </message>
        <message>
            <source>How jobs run</source>
            <translation>Wie Aufgaben laufen</translation>
        </message>
        <message>
            <source>How many of the last captures</source>
            <translation>Wie viele der letzten Aufnahmen</translation>
        </message>
        <message>
            <source>If a company network is in between, name its certificate file in the setting network.ca_file or in SSL_CERT_FILE.</source>
            <translation>Liegt ein Firmennetz dazwischen, dessen Zertifikatsdatei in der Einstellung network.ca_file oder in SSL_CERT_FILE nennen.</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>Import</translation>
        </message>
        <message>
            <source>Import JSONL / CSV / folder…</source>
            <translation>JSONL / CSV / Ordner importieren…</translation>
        </message>
        <message>
            <source>Import a file</source>
            <translation>Datei importieren</translation>
        </message>
        <message>
            <source>Import a folder</source>
            <translation>Ordner importieren</translation>
        </message>
        <message>
            <source>Import a policy</source>
            <translation>Richtlinie importieren</translation>
        </message>
        <message>
            <source>Import a policy from a file</source>
            <translation>Eine Richtlinie aus einer Datei importieren</translation>
        </message>
        <message>
            <source>Import a smaller export.</source>
            <translation>Einen kleineren Export importieren.</translation>
        </message>
        <message>
            <source>Import nothing</source>
            <translation>Nichts importieren</translation>
        </message>
        <message>
            <source>Import prompts</source>
            <translation>Schnellfragen importieren</translation>
        </message>
        <message>
            <source>Import prompts from a file</source>
            <translation>Schnellfragen aus einer Datei importieren</translation>
        </message>
        <message>
            <source>Import servers</source>
            <translation>Server importieren</translation>
        </message>
        <message>
            <source>Import servers from other programs</source>
            <translation>Server aus anderen Programmen importieren</translation>
        </message>
        <message>
            <source>Import the chosen servers</source>
            <translation>Die gewählten Server importieren</translation>
        </message>
        <message>
            <source>Import the prompts</source>
            <translation>Die Schnellfragen importieren</translation>
        </message>
        <message numerus="yes">
            <source>Import {n} servers</source>
            <extracomment>Import 1 server</extracomment>
            <translation>
                <numerusform>{n} Server importieren</numerusform>
                <numerusform>{n} Server importieren</numerusform>
            </translation>
        </message>
        <message>
            <source>Import…</source>
            <translation>Importieren…</translation>
        </message>
        <message>
            <source>In a terminal Ctrl+C interrupts what runs, so nothing was copied.</source>
            <translation>In einem Terminal unterbricht Ctrl+C, was läuft, deshalb wurde nichts kopiert.</translation>
        </message>
        <message>
            <source>In all</source>
            <translation>Insgesamt</translation>
        </message>
        <message>
            <source>In answers</source>
            <translation>In Antworten</translation>
        </message>
        <message>
            <source>In conclusion</source>
            <translation>Zusammenfassend</translation>
        </message>
        <message>
            <source>In force: none; the system names no proxy.</source>
            <translation>In Kraft: keiner; das System nennt keinen Proxy.</translation>
        </message>
        <message>
            <source>In force: {address}, from the system.</source>
            <translation>In Kraft: {address}, vom System.</translation>
        </message>
        <message>
            <source>In force: {address}.</source>
            <translation>In Kraft: {address}.</translation>
        </message>
        <message>
            <source>In it</source>
            <translation>Darin</translation>
        </message>
        <message>
            <source>In the folder {folder}, until you take it back</source>
            <translation>Im Ordner {folder}, bis Sie es zurücknehmen</translation>
        </message>
        <message>
            <source>In the tray menu</source>
            <translation>Im Menü des Infobereichs</translation>
        </message>
        <message>
            <source>In window</source>
            <translation>Im Fenster</translation>
        </message>
        <message>
            <source>Insert</source>
            <translation>Insert</translation>
        </message>
        <message>
            <source>Insert an example</source>
            <translation>Beispiel einfügen</translation>
        </message>
        <message>
            <source>Insert the column “{column}”</source>
            <translation>Spalte „{column}“ einfügen</translation>
        </message>
        <message>
            <source>Install Kireji again.</source>
            <translation>Kireji neu installieren.</translation>
        </message>
        <message>
            <source>Install it in a folder with a shorter name.</source>
            <translation>In einem Ordner mit kürzerem Namen installieren.</translation>
        </message>
        <message>
            <source>Install it, or give its whole path.</source>
            <translation>Es installieren oder seinen ganzen Pfad angeben.</translation>
        </message>
        <message>
            <source>Install libxcb1, or: </source>
            <translation>libxcb1 installieren, oder: </translation>
        </message>
        <message>
            <source>Install libxcb1.</source>
            <translation>libxcb1 installieren.</translation>
        </message>
        <message>
            <source>Install the part of xdg-desktop-portal that is made for your desktop.</source>
            <translation>Den Teil von xdg-desktop-portal installieren, der für diesen Desktop gemacht ist.</translation>
        </message>
        <message>
            <source>Install xdg-desktop-portal and the part of it for your desktop.</source>
            <translation>xdg-desktop-portal und dessen Teil für diesen Desktop installieren.</translation>
        </message>
        <message>
            <source>Installed as</source>
            <translation>Installiert als</translation>
        </message>
        <message>
            <source>Instructions</source>
            <translation>Anweisungen</translation>
        </message>
        <message>
            <source>Instructions for new conversations</source>
            <translation>Anweisungen für neue Unterhaltungen</translation>
        </message>
        <message>
            <source>Instructions: {words}</source>
            <translation>Anweisungen: {words}</translation>
        </message>
        <message>
            <source>Instructions: {words}. Change them</source>
            <translation>Anweisungen: {words}. Ändern</translation>
        </message>
        <message>
            <source>Into: {language}</source>
            <translation>Nach: {language}</translation>
        </message>
        <message>
            <source>It cannot be made again from the conversation.</source>
            <translation>Aus der Unterhaltung kann es nicht neu erzeugt werden.</translation>
        </message>
        <message>
            <source>It cannot be read.</source>
            <translation>Es kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>It cannot be read: {reason}.</source>
            <translation>Es lässt sich nicht lesen: {reason}.</translation>
        </message>
        <message>
            <source>It cannot be saved. {problem}</source>
            <translation>Es lässt sich nicht sichern. {problem}</translation>
        </message>
        <message>
            <source>It cannot be saved: {reason}.</source>
            <translation>Es lässt sich nicht sichern: {reason}.</translation>
        </message>
        <message>
            <source>It cannot be used at present.</source>
            <translation>Zurzeit nicht verwendbar.</translation>
        </message>
        <message>
            <source>It cannot be used yet.</source>
            <translation>Es kann noch nicht verwendet werden.</translation>
        </message>
        <message>
            <source>It cannot go on by itself.</source>
            <translation>Sie kann nicht von selbst weitergehen.</translation>
        </message>
        <message>
            <source>It closed the connection.</source>
            <translation>Er hat die Verbindung geschlossen.</translation>
        </message>
        <message>
            <source>It comes from {fixed}.</source>
            <translation>Sie kommt aus {fixed}.</translation>
        </message>
        <message>
            <source>It comes from {variable}: change it there. While that is set, no stored key is used.</source>
            <translation>Er kommt aus {variable}: dort ändern. Solange diese gesetzt ist, wird kein gespeicherter Schlüssel verwendet.</translation>
        </message>
        <message>
            <source>It could pass a budget.</source>
            <translation>Ein Budget könnte überschritten werden.</translation>
        </message>
        <message>
            <source>It did not answer within {seconds} seconds.</source>
            <translation>Er hat nicht innerhalb von {seconds} Sekunden geantwortet.</translation>
        </message>
        <message>
            <source>It does not speak the protocol: on its standard output it wrote “{line}”.</source>
            <translation>Er spricht das Protokoll nicht: Auf seine Standardausgabe schrieb er „{line}“.</translation>
        </message>
        <message>
            <source>It ended by itself with code {code}.</source>
            <translation>Er hat sich selbst mit Code {code} beendet.</translation>
        </message>
        <message>
            <source>It failed with</source>
            <translation>Fehlgeschlagen mit</translation>
        </message>
        <message>
            <source>It floods its standard output with what is not the protocol.</source>
            <translation>Er überschwemmt seine Standardausgabe mit etwas, das nicht dem Protokoll entspricht.</translation>
        </message>
        <message>
            <source>It goes on with: kireji batch resume {id}</source>
            <translation>Weiter geht es mit: kireji batch resume {id}</translation>
        </message>
        <message>
            <source>It had no body: what left was its address.</source>
            <translation>Sie hatte keinen Inhalt: Was den Computer verließ, war ihre Adresse.</translation>
        </message>
        <message>
            <source>It has no identifier, or no messages.</source>
            <translation>Sie hat keine Kennung oder keine Nachrichten.</translation>
        </message>
        <message>
            <source>It has {size}; the service takes {most} at most.</source>
            <translation>Sie hat {size}; der Dienst nimmt höchstens {most}.</translation>
        </message>
        <message>
            <source>It has: none.</source>
            <translation>Vorhanden: keine.</translation>
        </message>
        <message>
            <source>It has: {names}.</source>
            <translation>Vorhanden: {names}.</translation>
        </message>
        <message>
            <source>It holds no conversations and was left out.</source>
            <translation>Er enthält keine Unterhaltungen und wurde ausgelassen.</translation>
        </message>
        <message>
            <source>It holds signs that cannot be written.</source>
            <translation>Es enthält Zeichen, die sich nicht schreiben lassen.</translation>
        </message>
        <message>
            <source>It is</source>
            <translation>Es ist</translation>
        </message>
        <message>
            <source>It is asked again when the picture changes. Stop it in the tray, under Jobs.</source>
            <translation>Bei einer Änderung des Bildes wird wieder gefragt. Im Infobereich unter Aufgaben lässt sich das anhalten.</translation>
        </message>
        <message>
            <source>It is being asked.</source>
            <translation>Sie wird gerade gefragt.</translation>
        </message>
        <message>
            <source>It is damaged ({why}).</source>
            <translation>Sie ist beschädigt ({why}).</translation>
        </message>
        <message>
            <source>It is filled with</source>
            <translation>Gefüllt wird es mit</translation>
        </message>
        <message>
            <source>It is judged by the text as it stands here, saved or not, and is not kept in the history.</source>
            <translation>Es wird nach dem Text beurteilt, wie er hier steht, gesichert oder nicht, und nicht im Verlauf aufbewahrt.</translation>
        </message>
        <message>
            <source>It is kept in your system keychain.</source>
            <translation>Er wird im Schlüsselbund des Systems aufbewahrt.</translation>
        </message>
        <message>
            <source>It is kept until Kireji ends.</source>
            <translation>Er wird behalten, bis Kireji endet.</translation>
        </message>
        <message>
            <source>It is larger than {most} MB.</source>
            <translation>Sie ist größer als {most} MB.</translation>
        </message>
        <message>
            <source>It is nested too deeply.</source>
            <translation>Sie ist zu tief verschachtelt.</translation>
        </message>
        <message>
            <source>It is no JSON.</source>
            <translation>Sie ist kein JSON.</translation>
        </message>
        <message>
            <source>It is no longer in the history.</source>
            <translation>Sie ist nicht mehr im Verlauf.</translation>
        </message>
        <message>
            <source>It is no valid JSON ({why}).</source>
            <translation>Das ist kein gültiges JSON ({why}).</translation>
        </message>
        <message>
            <source>It is not a file.</source>
            <translation>Es ist keine Datei.</translation>
        </message>
        <message>
            <source>It is not as this version writes it ({why}).</source>
            <translation>Er ist nicht so, wie diese Version ihn schreibt ({why}).</translation>
        </message>
        <message>
            <source>It is not known whether this model can see.</source>
            <translation>Ob dieses Modell sehen kann, ist nicht bekannt.</translation>
        </message>
        <message>
            <source>It is offered under “Quick prompts”.</source>
            <translation>Sie wird unter „Schnellfragen“ angeboten.</translation>
        </message>
        <message>
            <source>It is on its way; answers come when its batch has ended.</source>
            <translation>Sie ist unterwegs; Antworten kommen, wenn ihr Stapel zu Ende ist.</translation>
        </message>
        <message>
            <source>It is started with: kireji batch run {id}</source>
            <translation>Gestartet wird mit: kireji batch run {id}</translation>
        </message>
        <message>
            <source>It is still being called back; kireji batch cancel{number} waits for it.</source>
            <translation>Sie wird noch zurückgerufen; kireji batch cancel{number} wartet darauf.</translation>
        </message>
        <message>
            <source>It is switched off, so nothing is known of its tools. Its menu switches it on.</source>
            <translation>Ausgeschaltet, deshalb ist über die Werkzeuge nichts bekannt. Das Menü schaltet es ein.</translation>
        </message>
        <message>
            <source>It is then kept in your system keychain.</source>
            <translation>Danach wird er im Schlüsselbund des Systems aufbewahrt.</translation>
        </message>
        <message>
            <source>It is told again later.</source>
            <translation>Die Nachricht wird später noch einmal gesendet.</translation>
        </message>
        <message>
            <source>It is too large to be passed on.</source>
            <translation>Es ist zu groß, um weitergegeben zu werden.</translation>
        </message>
        <message>
            <source>It is too large to be shown; write it to a file with: kireji receipt {id} -o FILE</source>
            <translation>Er ist zu groß, um gezeigt zu werden; in eine Datei schreiben mit: kireji receipt {id} -o FILE</translation>
        </message>
        <message>
            <source>It is too long for the field</source>
            <translation>Es ist zu lang für das Feld</translation>
        </message>
        <message>
            <source>It is with the service; answers come when its batch has ended.</source>
            <translation type="vanished">Sie ist beim Dienst; Antworten kommen, wenn ihr Stapel beendet ist.</translation>
        </message>
        <message>
            <source>It keeps them for 29 days; ask again what has no answer.</source>
            <translation>Dort werden sie 29 Tage aufbewahrt; was keine Antwort hat, noch einmal fragen.</translation>
        </message>
        <message>
            <source>It keeps them for 30 days; ask again what has no answer.</source>
            <translation>Dort werden sie 30 Tage aufbewahrt; was keine Antwort hat, noch einmal fragen.</translation>
        </message>
        <message>
            <source>It may have been asked again meanwhile.</source>
            <translation>Vielleicht wurde sie inzwischen noch einmal gefragt.</translation>
        </message>
        <message>
            <source>It may have been removed meanwhile.</source>
            <translation>Vielleicht wurde sie unterdessen entfernt.</translation>
        </message>
        <message>
            <source>It only computes, or reads where you have allowed that; nothing is asked.</source>
            <translation>Es rechnet nur oder liest dort, wo Sie das erlaubt haben; es wird nicht gefragt.</translation>
        </message>
        <message numerus="yes">
            <source>It reads about {tokens} tokens in {n} requests</source>
            <extracomment>It reads about {tokens} tokens in one request</extracomment>
            <translation>
                <numerusform>Es liest ungefähr {tokens} Token in einer Anfrage</numerusform>
                <numerusform>Es liest ungefähr {tokens} Token in {n} Anfragen</numerusform>
            </translation>
        </message>
        <message>
            <source>It runs on another computer, to which Ollama passes everything on.</source>
            <translation>Es läuft auf einem anderen Computer, an den Ollama alles weiterreicht.</translation>
        </message>
        <message>
            <source>It says {action}, but the policy says {other} for the level {level}.</source>
            <translation>Da steht {action}, aber die Richtlinie sagt {other} für die Stufe {level}.</translation>
        </message>
        <message>
            <source>It sent a message of more than {size} MB.</source>
            <translation>Er hat eine Nachricht von mehr als {size} MB gesendet.</translation>
        </message>
        <message>
            <source>It stands in the place of the one of this name from Kireji, which can be restored.</source>
            <translation>Sie steht an der Stelle der gleichnamigen von Kireji, die sich wiederherstellen lässt.</translation>
        </message>
        <message>
            <source>It takes either "category" or "categories", which is [] where nothing is to be found.</source>
            <translation>Es nimmt entweder "category" oder "categories", das [] ist, wo nichts zu finden ist.</translation>
        </message>
        <message>
            <source>It takes too long to look through it; choose a smaller folder.</source>
            <translation>Das Durchsehen dauert zu lange; einen kleineren Ordner wählen.</translation>
        </message>
        <message>
            <source>It waits for you to start it.</source>
            <translation>Sie wartet darauf, von Ihnen gestartet zu werden.</translation>
        </message>
        <message>
            <source>It waits still, or shares the answer of another row; kireji batch review lists the others.</source>
            <translation>Sie wartet noch oder teilt die Antwort einer anderen Zeile; kireji batch review zeigt die anderen.</translation>
        </message>
        <message>
            <source>It was called back before it was answered.</source>
            <translation>Sie wurde zurückgerufen, bevor sie beantwortet war.</translation>
        </message>
        <message>
            <source>It was called back before it was answered. Retry asks it again.</source>
            <translation>Sie wurde zurückgerufen, bevor sie beantwortet war. Wiederholen fragt sie noch einmal.</translation>
        </message>
        <message>
            <source>It was ended by signal {number}.</source>
            <translation>Er wurde durch Signal {number} beendet.</translation>
        </message>
        <message>
            <source>It was not answered in time. Retry asks it again.</source>
            <translation>Sie wurde nicht rechtzeitig beantwortet. Wiederholen fragt sie noch einmal.</translation>
        </message>
        <message>
            <source>It was not answered yet.</source>
            <translation>Sie wurde noch nicht beantwortet.</translation>
        </message>
        <message>
            <source>It was not asked about: {reason}</source>
            <translation>Es wurde nicht gefragt: {reason}</translation>
        </message>
        <message>
            <source>It was not sent yet.</source>
            <translation>Sie wurde noch nicht gesendet.</translation>
        </message>
        <message>
            <source>It was sent, and no answer came; the job's page says what can be done.</source>
            <translation>Sie wurde gesendet, und es kam keine Antwort; auf der Seite der Aufgaben steht, was getan werden kann.</translation>
        </message>
        <message>
            <source>It was sent, and nobody knows what became of it.</source>
            <translation>Sie wurde gesendet, und was daraus geworden ist, ist nicht bekannt.</translation>
        </message>
        <message>
            <source>It was stopped before.</source>
            <translation>Es wurde zuvor angehalten.</translation>
        </message>
        <message>
            <source>It was stopped.</source>
            <translation>Es wurde angehalten.</translation>
        </message>
        <message>
            <source>It was stopped. Press Judge to begin anew.</source>
            <translation>Es wurde angehalten. Mit „Beurteilen“ neu beginnen.</translation>
        </message>
        <message>
            <source>It works.</source>
            <translation>Es funktioniert.</translation>
        </message>
        <message>
            <source>It works. The keys arrived.</source>
            <translation>Es funktioniert. Die Tasten sind angekommen.</translation>
        </message>
        <message>
            <source>Its address begins with https:// or, on this computer, http://.</source>
            <translation>Seine Adresse beginnt mit https:// oder, auf diesem Computer, mit http://.</translation>
        </message>
        <message>
            <source>Its categories are: {names}.</source>
            <translation>Ihre Kategorien sind: {names}.</translation>
        </message>
        <message>
            <source>Its columns are: {columns}.</source>
            <translation>Ihre Spalten sind: {columns}.</translation>
        </message>
        <message>
            <source>Its conversation was deleted, or the question in it.</source>
            <translation>Die Unterhaltung wurde gelöscht oder die Frage darin.</translation>
        </message>
        <message>
            <source>Its job may have been removed.</source>
            <translation>Vielleicht wurde die zugehörige Aufgabe entfernt.</translation>
        </message>
        <message>
            <source>Its key, if it wants one</source>
            <translation>Sein Schlüssel, falls er einen verlangt</translation>
        </message>
        <message>
            <source>Its metadata names no licence.</source>
            <translation>Seine Metadaten nennen keine Lizenz.</translation>
        </message>
        <message>
            <source>Its name is not written in UTF-8.</source>
            <translation>Ihr Name ist nicht in UTF-8 geschrieben.</translation>
        </message>
        <message>
            <source>Its name may only have small letters, digits and hyphens between them.</source>
            <translation>Der Name darf nur Kleinbuchstaben, Ziffern und Bindestriche dazwischen haben.</translation>
        </message>
        <message>
            <source>Its page says why.</source>
            <translation>Auf ihrer Seite steht, warum.</translation>
        </message>
        <message numerus="yes">
            <source>Its rows and {n} answers go, and cannot be brought back. The file that it was made from stays.</source>
            <extracomment>Its rows and 1 answer go, and cannot be brought back. The file that it was made from stays.</extracomment>
            <translation>
                <numerusform>Ihre Zeilen und {n} Antwort verschwinden und lassen sich nicht zurückholen. Die Datei, aus der sie gemacht wurde, bleibt.</numerusform>
                <numerusform>Ihre Zeilen und {n} Antworten verschwinden und lassen sich nicht zurückholen. Die Datei, aus der sie gemacht wurde, bleibt.</numerusform>
            </translation>
        </message>
        <message>
            <source>Its rows are read. Shall the job stay in the list, to be started later?</source>
            <translation>Die Zeilen sind gelesen. Soll die Aufgabe in der Liste bleiben, um später gestartet zu werden?</translation>
        </message>
        <message>
            <source>Its rows go. The file that it was made from stays.</source>
            <translation>Ihre Zeilen verschwinden. Die Datei, aus der sie gemacht wurde, bleibt.</translation>
        </message>
        <message>
            <source>Its rows that were called back wait again with: kireji batch retry {id}</source>
            <translation>Ihre zurückgerufenen Zeilen warten wieder mit: kireji batch retry {id}</translation>
        </message>
        <message>
            <source>Its tools are not known yet: it starts when they are first wanted. Reload it to see them now.</source>
            <translation>Die Werkzeuge sind noch nicht bekannt: Der Start erfolgt, wenn sie zum ersten Mal gebraucht werden. Neu laden, um sie jetzt zu sehen.</translation>
        </message>
        <message>
            <source>Its tools are not known yet: it starts when they are first wanted. Test it to see them now.</source>
            <translation>Die Werkzeuge sind noch nicht bekannt: Der Start erfolgt, wenn sie zum ersten Mal gebraucht werden. Testen, um sie jetzt zu sehen.</translation>
        </message>
        <message>
            <source>Its words go along with the question, as far as there is room.</source>
            <translation>Ihr Text wird mit der Frage gesendet, soweit Platz ist.</translation>
        </message>
        <message>
            <source>JPEG picture (*.jpg *.jpeg)</source>
            <translation>JPEG-Bild (*.jpg *.jpeg)</translation>
        </message>
        <message>
            <source>JSON (*.json)</source>
            <translation>JSON (*.json)</translation>
        </message>
        <message>
            <source>JSON schema</source>
            <translation>JSON-Schema</translation>
        </message>
        <message>
            <source>JSON schema of what is wanted; empty has it proposed from the picture.</source>
            <translation>JSON-Schema dessen, was gewünscht ist; leer wird es aus dem Bild vorgeschlagen.</translation>
        </message>
        <message>
            <source>JSON with places and doubts (*.json)</source>
            <translation>JSON mit Stellen und Zweifeln (*.json)</translation>
        </message>
        <message>
            <source>JSONL or CSV file…</source>
            <translation>JSONL- oder CSV-Datei…</translation>
        </message>
        <message>
            <source>Job</source>
            <translation>Aufgabe</translation>
        </message>
        <message>
            <source>Job cancelled</source>
            <translation>Aufgabe abgebrochen</translation>
        </message>
        <message>
            <source>Job finished</source>
            <translation>Aufgabe fertig</translation>
        </message>
        <message>
            <source>Job {id}</source>
            <translation>Aufgabe {id}</translation>
        </message>
        <message>
            <source>Job {job} has rows with the service.</source>
            <translation>Zeilen von Aufgabe {job} sind beim Dienst.</translation>
        </message>
        <message>
            <source>Job {job} is {state} now.</source>
            <translation>Aufgabe {job} ist jetzt {state}.</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>Aufgaben</translation>
        </message>
        <message numerus="yes">
            <source>Jobs ({n} running)</source>
            <extracomment>Jobs (1 running)</extracomment>
            <translation>
                <numerusform>Aufgaben ({n} läuft)</numerusform>
                <numerusform>Aufgaben ({n} laufen)</numerusform>
            </translation>
        </message>
        <message>
            <source>Jobs and their answers</source>
            <translation>Aufgaben und ihre Antworten</translation>
        </message>
        <message>
            <source>Jobs that judge are made with a policy: kireji batch add FILE --policy NAME</source>
            <translation>Aufgaben, die beurteilen, werden mit einer Richtlinie angelegt: kireji batch add FILE --policy NAME</translation>
        </message>
        <message>
            <source>Jobs, {words}</source>
            <translation>Aufgaben, {words}</translation>
        </message>
        <message>
            <source>Jobs: {done} of {total}</source>
            <translation>Aufgaben: {done} von {total}</translation>
        </message>
        <message>
            <source>Judge</source>
            <translation>Beurteilen</translation>
        </message>
        <message>
            <source>Judge it by this policy</source>
            <translation>Nach dieser Richtlinie beurteilen</translation>
        </message>
        <message>
            <source>Judge it in pieces.</source>
            <translation>Es in Stücken beurteilen.</translation>
        </message>
        <message>
            <source>Judge nothing</source>
            <translation>Nichts beurteilen</translation>
        </message>
        <message>
            <source>Judge them in several steps.</source>
            <translation>Sie in mehreren Schritten beurteilen.</translation>
        </message>
        <message>
            <source>Judge this by the policy “{title}” (version {version}).</source>
            <translation>Beurteile dies nach der Richtlinie „{title}“ (Version {version}).</translation>
        </message>
        <message>
            <source>Judge this example: {text}</source>
            <translation>Dieses Beispiel beurteilen: {text}</translation>
        </message>
        <message>
            <source>Judge {id} by itself</source>
            <translation>{id} für sich beurteilen</translation>
        </message>
        <message numerus="yes">
            <source>Judge {n} items</source>
            <extracomment>Judge 1 item</extracomment>
            <translation>
                <numerusform>{n} Eintrag beurteilen</numerusform>
                <numerusform>{n} Einträge beurteilen</numerusform>
            </translation>
        </message>
        <message>
            <source>Judged by</source>
            <translation>Beurteilt von</translation>
        </message>
        <message>
            <source>Judged text</source>
            <translation>Beurteilter Text</translation>
        </message>
        <message>
            <source>Judges what is written and attached</source>
            <translation>Beurteilt, was geschrieben und angehängt ist</translation>
        </message>
        <message>
            <source>Judging</source>
            <translation>Beurteilung</translation>
        </message>
        <message>
            <source>Judging by “{title}”, version {version}, as it is written…</source>
            <translation>Wird nach „{title}“, Version {version}, beurteilt, wie sie geschrieben steht…</translation>
        </message>
        <message>
            <source>Judging…</source>
            <translation>Wird beurteilt…</translation>
        </message>
        <message>
            <source>Kappa</source>
            <translation>Kappa</translation>
        </message>
        <message>
            <source>Keep a region first (Insert), and choose another; then compare them.</source>
            <translation>Zuerst einen Bereich behalten (Insert) und einen weiteren wählen; dann beide vergleichen.</translation>
        </message>
        <message>
            <source>Keep backups in the data folder</source>
            <translation>Sicherungen im Datenordner aufbewahren</translation>
        </message>
        <message>
            <source>Keep both</source>
            <translation>Beide behalten</translation>
        </message>
        <message>
            <source>Keep everything</source>
            <translation>Alles behalten</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>Behalten</translation>
        </message>
        <message>
            <source>Keep it in the list</source>
            <translation>In der Liste behalten</translation>
        </message>
        <message>
            <source>Keep it untested</source>
            <translation>Ungetestet behalten</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>Meine behalten</translation>
        </message>
        <message>
            <source>Keep the contents of what is sent</source>
            <translation>Inhalte des Gesendeten aufbewahren</translation>
        </message>
        <message>
            <source>Keep the secrets in the file</source>
            <translation>Die Geheimnisse in der Datei behalten</translation>
        </message>
        <message>
            <source>Keep the settings and the list of servers</source>
            <translation>Die Einstellungen und die Liste der Server behalten</translation>
        </message>
        <message>
            <source>Keep the value secret</source>
            <translation>Den Wert geheim halten</translation>
        </message>
        <message>
            <source>Keep them</source>
            <translation>Behalten</translation>
        </message>
        <message>
            <source>Keep this line elsewhere</source>
            <translation>Diese Zeile anderswo aufbewahren</translation>
        </message>
        <message>
            <source>Keep this region and choose another one</source>
            <translation>Diesen Bereich behalten und einen weiteren wählen</translation>
        </message>
        <message>
            <source>Kept as a note in the text: {kinds}</source>
            <translation>Als Hinweis im Text behalten: {kinds}</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>Keyboard</source>
            <translation>Tastatur</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Tasten</translation>
        </message>
        <message>
            <source>Keys &amp; models</source>
            <translation>Schlüssel &amp; Modelle</translation>
        </message>
        <message>
            <source>Keys and passwords are kept here; add it as a file of its own if it must go along.</source>
            <translation>Hier werden Schlüssel und Passwörter aufbewahrt; muss es mitgesendet werden, als eigene Datei hinzufügen.</translation>
        </message>
        <message>
            <source>Keys and tokens of services</source>
            <translation>Schlüssel und Token von Diensten</translation>
        </message>
        <message>
            <source>Keys are kept in your system keychain{where}, never in a file.</source>
            <translation>Schlüssel werden im Schlüsselbund des Systems aufbewahrt{where}, nie in einer Datei.</translation>
        </message>
        <message>
            <source>Keys cannot be sent to other programs here.</source>
            <translation>Hier können keine Tasten an andere Programme gesendet werden.</translation>
        </message>
        <message>
            <source>Keys for “{title}”: {keys}</source>
            <translation>Tasten für „{title}“: {keys}</translation>
        </message>
        <message>
            <source>Keys in it stay; delete them there.</source>
            <translation>Schlüssel darin bleiben; sie dort löschen.</translation>
        </message>
        <message>
            <source>Keys that ask it</source>
            <translation>Tasten, die sie stellen</translation>
        </message>
        <message>
            <source>Keys: {keys}</source>
            <translation>Tasten: {keys}</translation>
        </message>
        <message>
            <source>Kind: {kind}</source>
            <translation>Art: {kind}</translation>
        </message>
        <message>
            <source>Kireji cannot enter itself into this system's start.</source>
            <translation>Kireji kann sich nicht in den Start dieses Systems eintragen.</translation>
        </message>
        <message>
            <source>Kireji cannot start</source>
            <translation>Kireji kann nicht starten</translation>
        </message>
        <message>
            <source>Kireji ended before this answer was complete.</source>
            <translation>Kireji endete, bevor diese Antwort vollständig war.</translation>
        </message>
        <message>
            <source>Kireji ended before this was asked:</source>
            <translation>Kireji endete, bevor dies gefragt wurde:</translation>
        </message>
        <message>
            <source>Kireji has what it needs. You can close this page.</source>
            <translation>Kireji hat, was es braucht. Diese Seite kann geschlossen werden.</translation>
        </message>
        <message>
            <source>Kireji is deleting everything.</source>
            <translation>Kireji löscht gerade alles.</translation>
        </message>
        <message>
            <source>Kireji lies in a folder whose name is too long for Windows to start it from.</source>
            <translation>Kireji liegt in einem Ordner, dessen Name zu lang ist, als dass Windows es von dort starten könnte.</translation>
        </message>
        <message>
            <source>Kireji may be closed meanwhile: nothing is lost, and nothing is paid twice.</source>
            <translation>Kireji darf unterdessen geschlossen werden: Nichts geht verloren, und nichts wird zweimal bezahlt.</translation>
        </message>
        <message>
            <source>Kireji presses the copy keys in the program in front, reads the text and puts your clipboard back as it was. Never in terminals, where these keys stop programs.</source>
            <translation>Kireji drückt im vorderen Programm die Kopiertasten, liest den Text und stellt die Zwischenablage wieder her. Nie in Terminals, wo diese Tasten Programme anhalten.</translation>
        </message>
        <message>
            <source>Kireji runs from a place that is gone after this run.</source>
            <translation>Kireji läuft von einem Ort, den es nach diesem Lauf nicht mehr gibt.</translation>
        </message>
        <message>
            <source>Kireji runs in a sandbox, which cannot enter itself into the session's start.</source>
            <translation>Kireji läuft in einer Sandbox, die sich nicht in den Start der Sitzung eintragen kann.</translation>
        </message>
        <message>
            <source>Kireji uses Qt {version} under the LGPL 3. Its libraries are files of their own, which you may replace by your own build of them: quit Kireji, put your files in the place of those of the same names, and start it again.</source>
            <translation>Kireji verwendet Qt {version} unter der LGPL 3. Dessen Bibliotheken sind eigene Dateien, die Sie durch selbst gebaute ersetzen dürfen: Kireji beenden, Ihre Dateien an die Stelle der gleichnamigen legen und Kireji neu starten.</translation>
        </message>
        <message>
            <source>Kireji waits for you</source>
            <translation>Kireji wartet auf Sie</translation>
        </message>
        <message>
            <source>Kireji was started meanwhile, so nothing was deleted.</source>
            <translation>Kireji wurde unterdessen gestartet, deshalb wurde nichts gelöscht.</translation>
        </message>
        <message>
            <source>Kireji {version}</source>
            <translation>Kireji {version}</translation>
        </message>
        <message>
            <source>Kireji {version} is there</source>
            <translation>Kireji {version} ist da</translation>
        </message>
        <message>
            <source>Kireji's own form</source>
            <translation>Kirejis eigene Form</translation>
        </message>
        <message>
            <source>Kireji: capture and ask</source>
            <translation>Kireji: aufnehmen und fragen</translation>
        </message>
        <message>
            <source>Kireji: capturing soon</source>
            <translation>Kireji: gleich wird aufgenommen</translation>
        </message>
        <message>
            <source>Kireji: choose what to ask about</source>
            <translation>Kireji: wählen, wonach gefragt wird</translation>
        </message>
        <message>
            <source>Labelled</source>
            <translation>Vorgabe</translation>
        </message>
        <message>
            <source>Labelled set</source>
            <translation>Prüfsatz</translation>
        </message>
        <message>
            <source>Labelled set, to check policies with (*.labels.jsonl)</source>
            <translation>Prüfsatz, um Richtlinien damit zu prüfen (*.labels.jsonl)</translation>
        </message>
        <message>
            <source>Labelled sets (*.jsonl)</source>
            <translation>Prüfsätze (*.jsonl)</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Sprache</translation>
        </message>
        <message>
            <source>Language of the translation</source>
            <translation>Sprache der Übersetzung</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>Größer</translation>
        </message>
        <message>
            <source>Last 30 days</source>
            <translation>Letzte 30 Tage</translation>
        </message>
        <message>
            <source>Last 7 days</source>
            <translation>Letzte 7 Tage</translation>
        </message>
        <message>
            <source>Last asked on {date}.</source>
            <translation>Zuletzt gefragt am {date}.</translation>
        </message>
        <message>
            <source>Last backup {when}, checked, {size}.</source>
            <translation>Letzte Sicherung {when}, geprüft, {size}.</translation>
        </message>
        <message>
            <source>Least certain first</source>
            <translation>Unsicherste zuerst</translation>
        </message>
        <message>
            <source>Leave it out</source>
            <translation>Weglassen</translation>
        </message>
        <message>
            <source>Leave out</source>
            <translation>Weglassen</translation>
        </message>
        <message>
            <source>Leave out or shorten the largest part, or choose a model that reads more; nothing was sent.</source>
            <translation>Den größten Teil weglassen oder kürzen oder ein Modell wählen, das mehr liest; nichts wurde gesendet.</translation>
        </message>
        <message>
            <source>Leave the earlier question as it was</source>
            <translation>Die frühere Frage lassen, wie sie war</translation>
        </message>
        <message>
            <source>Leave this prompt</source>
            <translation>Diese Schnellfrage verlassen</translation>
        </message>
        <message>
            <source>Left out by the model</source>
            <translation>Vom Modell ausgelassen</translation>
        </message>
        <message>
            <source>Left this computer</source>
            <translation>Hat diesen Computer verlassen</translation>
        </message>
        <message>
            <source>Less</source>
            <translation>Weniger</translation>
        </message>
        <message>
            <source>Let a picture go along instead.</source>
            <translation>Stattdessen ein Bild mitgeben.</translation>
        </message>
        <message>
            <source>Let it go along</source>
            <translation>Mitsenden</translation>
        </message>
        <message>
            <source>Let it run</source>
            <translation>Weiterlaufen lassen</translation>
        </message>
        <message>
            <source>Let the settings say who answers</source>
            <translation>Die Einstellungen entscheiden lassen, wer antwortet</translation>
        </message>
        <message>
            <source>Licence</source>
            <translation>Lizenz</translation>
        </message>
        <message>
            <source>Licence of {name}</source>
            <translation>Lizenz von {name}</translation>
        </message>
        <message>
            <source>Licences</source>
            <translation>Lizenzen</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>Zeile</translation>
        </message>
        <message>
            <source>Line {line} (and {count} more): {why}</source>
            <translation>Zeile {line} (und {count} weitere): {why}</translation>
        </message>
        <message>
            <source>Line {line} has the id of line {first}.</source>
            <translation>Zeile {line} hat die ID von Zeile {first}.</translation>
        </message>
        <message>
            <source>Line {line} · {kind}: {reason}</source>
            <translation>Zeile {line} · {kind}: {reason}</translation>
        </message>
        <message>
            <source>Line {line}: {place} is no variable yet, so it is asked as it stands.</source>
            <translation>Zeile {line}: {place} ist noch keine Variable, wird also gefragt, wie es dasteht.</translation>
        </message>
        <message>
            <source>Line {line}: {sentence}</source>
            <translation>Zeile {line}: {sentence}</translation>
        </message>
        <message>
            <source>Line {line}: {why}</source>
            <translation>Zeile {line}: {why}</translation>
        </message>
        <message>
            <source>Lines for {url} are not known here, only for /v1/chat/completions.</source>
            <translation>Zeilen für {url} sind hier nicht bekannt, nur für /v1/chat/completions.</translation>
        </message>
        <message>
            <source>Lines of JSON</source>
            <translation>JSON-Zeilen</translation>
        </message>
        <message>
            <source>Lines of JSON (*.jsonl)</source>
            <translation>JSON-Zeilen (*.jsonl)</translation>
        </message>
        <message>
            <source>Lines that cannot be used</source>
            <translation>Zeilen, die sich nicht verwenden lassen</translation>
        </message>
        <message>
            <source>Lines, tables and pictures ({endings})</source>
            <translation>Zeilen, Tabellen und Bilder ({endings})</translation>
        </message>
        <message>
            <source>List a folder</source>
            <translation>Ordner auflisten</translation>
        </message>
        <message>
            <source>List of models</source>
            <translation>Liste der Modelle</translation>
        </message>
        <message>
            <source>List them with: kireji history list</source>
            <translation>Sie auflisten mit: kireji history list</translation>
        </message>
        <message>
            <source>List them with: kireji policies list</source>
            <translation>Alle zeigt: kireji policies list</translation>
        </message>
        <message>
            <source>List them with: kireji tools list</source>
            <translation>Auflisten mit: kireji tools list</translation>
        </message>
        <message>
            <source>List them with: {command}</source>
            <translation>Sie auflisten mit: {command}</translation>
        </message>
        <message>
            <source>Lists what is in a folder: names, sizes and times.</source>
            <translation>Listet auf, was in einem Ordner ist: Namen, Größen und Zeiten.</translation>
        </message>
        <message>
            <source>Loading…</source>
            <translation>Wird geladen…</translation>
        </message>
        <message>
            <source>Local server</source>
            <translation>Lokaler Server</translation>
        </message>
        <message>
            <source>Log in with an X11 session, or give Kireji a picture file.</source>
            <translation>Mit einer X11-Sitzung anmelden oder Kireji eine Bilddatei geben.</translation>
        </message>
        <message>
            <source>Log out and in again.</source>
            <translation>Ab- und wieder anmelden.</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>Protokolle</translation>
        </message>
        <message>
            <source>Longest answer</source>
            <translation>Längste Antwort</translation>
        </message>
        <message>
            <source>Longest answer, thinking included</source>
            <translation>Längste Antwort, mit Nachdenken</translation>
        </message>
        <message>
            <source>Look again</source>
            <translation>Noch einmal suchen</translation>
        </message>
        <message>
            <source>Look again in a minute.</source>
            <translation>In einer Minute noch einmal nachsehen.</translation>
        </message>
        <message>
            <source>Look at it again: another may have changed it.</source>
            <translation>Noch einmal nachsehen: Vielleicht hat sie jemand geändert.</translation>
        </message>
        <message>
            <source>Look at it again; what was decided there stands.</source>
            <translation>Sie noch einmal ansehen; was dort entschieden wurde, gilt.</translation>
        </message>
        <message>
            <source>Look at the clock</source>
            <translation>Auf die Uhr sehen</translation>
        </message>
        <message>
            <source>Look at the download page.</source>
            <translation>Die Download-Seite ansehen.</translation>
        </message>
        <message>
            <source>Look for a local server</source>
            <translation>Suche nach einem lokalen Server</translation>
        </message>
        <message>
            <source>Look for a newer version</source>
            <translation>Suche nach einer neueren Version</translation>
        </message>
        <message>
            <source>Look for a newer version once a day</source>
            <translation>Einmal am Tag nach einer neueren Version suchen</translation>
        </message>
        <message>
            <source>Look for plugins again</source>
            <translation>Noch einmal nach Plugins suchen</translation>
        </message>
        <message>
            <source>Look for servers on this computer</source>
            <translation>Auf diesem Computer nach Servern suchen</translation>
        </message>
        <message>
            <source>Look into the system's privacy settings.</source>
            <translation>In die Datenschutzeinstellungen des Systems sehen.</translation>
        </message>
        <message>
            <source>Look where you got it, or set updates.address and updates.keys in the settings.</source>
            <translation>Dort nachsehen, woher sie stammt, oder in den Einstellungen updates.address und updates.keys setzen.</translation>
        </message>
        <message>
            <source>Looked through by words only, not by pictures: {names}.</source>
            <translation>Nur der Text wurde durchgesehen, nicht die Bilder: {names}.</translation>
        </message>
        <message>
            <source>Looking for duplicates…</source>
            <translation>Duplikate werden gesucht…</translation>
        </message>
        <message>
            <source>Looking for other programs' servers…</source>
            <translation>Nach Servern anderer Programme wird gesucht…</translation>
        </message>
        <message>
            <source>Looking through the picture before it leaves…  Esc cancels</source>
            <translation>Das Bild wird vor dem Senden durchgesehen…  Esc bricht ab</translation>
        </message>
        <message>
            <source>Looking through the picture…</source>
            <translation>Das Bild wird durchgesehen…</translation>
        </message>
        <message>
            <source>Looking what there is…</source>
            <translation>Es wird nachgesehen, was da ist…</translation>
        </message>
        <message>
            <source>Looking where it stands on the picture…</source>
            <translation>Es wird gesucht, wo es auf dem Bild steht…</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>Niedrig</translation>
        </message>
        <message>
            <source>Low: quick and cheap</source>
            <translation>Niedrig: schnell und günstig</translation>
        </message>
        <message>
            <source>Lucide icons</source>
            <translation type="vanished">Lucide-Symbole</translation>
        </message>
        <message>
            <source>MCP servers</source>
            <translation>MCP-Server</translation>
        </message>
        <message>
            <source>Mail address</source>
            <translation>E-Mail-Adresse</translation>
        </message>
        <message>
            <source>Mail addresses</source>
            <translation>E-Mail-Adressen</translation>
        </message>
        <message>
            <source>Make a job of them: kireji batch add FOLDER --schema FILE</source>
            <translation>Eine Aufgabe daraus machen: kireji batch add FOLDER --schema FILE</translation>
        </message>
        <message>
            <source>Make a new one with: kireji keys new webhook</source>
            <translation>Ein neues erzeugen mit: kireji keys new webhook</translation>
        </message>
        <message>
            <source>Make a new secret</source>
            <translation>Neues Geheimnis erzeugen</translation>
        </message>
        <message>
            <source>Make a secret</source>
            <translation>Geheimnis erzeugen</translation>
        </message>
        <message>
            <source>Make default for {name}</source>
            <translation>Zur Vorgabe für {name} machen</translation>
        </message>
        <message>
            <source>Make one with: kireji keys new webhook</source>
            <translation>Eines erzeugen mit: kireji keys new webhook</translation>
        </message>
        <message>
            <source>Make the folder, or name another one.</source>
            <translation>Den Ordner anlegen oder einen anderen nennen.</translation>
        </message>
        <message>
            <source>Make the job anew from its source.</source>
            <translation>Die Aufgabe aus ihrer Quelle neu anlegen.</translation>
        </message>
        <message>
            <source>Make the job anew.</source>
            <translation>Die Aufgabe neu anlegen.</translation>
        </message>
        <message>
            <source>Make the job anew: its rows then go one by one, at full price.</source>
            <translation>Die Aufgabe neu anlegen: Ihre Zeilen werden dann einzeln gefragt, zum vollen Preis.</translation>
        </message>
        <message>
            <source>Make {folder} writable.</source>
            <translation>{folder} beschreibbar machen.</translation>
        </message>
        <message>
            <source>Make {name} a variable</source>
            <translation>{name} zur Variable machen</translation>
        </message>
        <message>
            <source>Make {parent} writable, or add Kireji in the desktop's settings.</source>
            <translation>{parent} beschreibbar machen oder Kireji in den Einstellungen des Desktops hinzufügen.</translation>
        </message>
        <message>
            <source>Markdown</source>
            <translation>Markdown</translation>
        </message>
        <message>
            <source>Markdown (*.md)</source>
            <translation>Markdown (*.md)</translation>
        </message>
        <message>
            <source>Marks</source>
            <translation>Markierungen</translation>
        </message>
        <message>
            <source>Masked</source>
            <translation>Maskiert</translation>
        </message>
        <message>
            <source>Masked: {count}.</source>
            <translation>Maskiert: {count}.</translation>
        </message>
        <message>
            <source>Max</source>
            <translation>Höchster</translation>
        </message>
        <message>
            <source>Medium</source>
            <translation>Mittel</translation>
        </message>
        <message>
            <source>Messages 2 to {last} did not go along: they no longer fit.</source>
            <translation>Die Nachrichten 2 bis {last} wurden nicht mitgesendet: Für sie ist kein Platz mehr.</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>Modell</translation>
        </message>
        <message>
            <source>Model: {name}. Choose another</source>
            <translation>Modell: {name}. Ein anderes wählen</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>Modelle</translation>
        </message>
        <message>
            <source>Models cannot read this kind of file; save it as a PDF.</source>
            <translation>Modelle können Dateien dieser Art nicht lesen; als PDF sichern.</translation>
        </message>
        <message>
            <source>Models cannot read {program} files.</source>
            <translation>Modelle können keine Dateien von {program} lesen.</translation>
        </message>
        <message>
            <source>Models may run commands</source>
            <translation>Modelle dürfen Befehle ausführen</translation>
        </message>
        <message>
            <source>Models may use tools</source>
            <translation>Modelle dürfen Werkzeuge nutzen</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <source>More about this conversation</source>
            <translation>Mehr zu dieser Unterhaltung</translation>
        </message>
        <message>
            <source>More about {name}</source>
            <translation>Mehr zu {name}</translation>
        </message>
        <message>
            <source>More quick prompts</source>
            <translation>Weitere Schnellfragen</translation>
        </message>
        <message>
            <source>More than {n} places found.</source>
            <translation>Mehr als {n} Stellen gefunden.</translation>
        </message>
        <message>
            <source>More to do with the picture</source>
            <translation>Mehr mit dem Bild tun</translation>
        </message>
        <message>
            <source>More ways to deny</source>
            <translation>Weitere Arten abzulehnen</translation>
        </message>
        <message>
            <source>More: {title}</source>
            <translation>Mehr: {title}</translation>
        </message>
        <message>
            <source>More…</source>
            <translation>Mehr…</translation>
        </message>
        <message>
            <source>Most: slow and dear</source>
            <translation>Höchster: langsam und teuer</translation>
        </message>
        <message>
            <source>Move Kireji into the Applications folder and start it from there.</source>
            <translation>Kireji in den Ordner „Programme“ bewegen und von dort starten.</translation>
        </message>
        <message>
            <source>Move by a pixel; with Shift by ten</source>
            <translation>Um ein Pixel verschieben; mit Shift um zehn</translation>
        </message>
        <message>
            <source>Move down: {title}</source>
            <translation>Nach unten: {title}</translation>
        </message>
        <message>
            <source>Move it away, or choose another folder with KIREJI_HOME; it was left as it is.</source>
            <translation>Sie wegbewegen oder mit KIREJI_HOME einen anderen Ordner wählen; sie blieb, wie sie war.</translation>
        </message>
        <message>
            <source>Move it away.</source>
            <translation>Es von dort wegbewegen.</translation>
        </message>
        <message>
            <source>Move that file away, or choose another folder with KIREJI_HOME.</source>
            <translation>Diese Datei wegbewegen oder mit KIREJI_HOME einen anderen Ordner wählen.</translation>
        </message>
        <message>
            <source>Move the left and the top edge</source>
            <translation>Linke und obere Kante verschieben</translation>
        </message>
        <message>
            <source>Move the pointer over one.</source>
            <translation>Den Zeiger über eines bewegen.</translation>
        </message>
        <message>
            <source>Move the right and the bottom edge</source>
            <translation>Rechte und untere Kante verschieben</translation>
        </message>
        <message>
            <source>Move up: {title}</source>
            <translation>Nach oben: {title}</translation>
        </message>
        <message numerus="yes">
            <source>Move {n} out of the archive</source>
            <extracomment>Move out of the archive</extracomment>
            <translation>
                <numerusform>Aus dem Archiv holen</numerusform>
                <numerusform>{n} aus dem Archiv holen</numerusform>
            </translation>
        </message>
        <message>
            <source>Moved</source>
            <translation>Verschoben</translation>
        </message>
        <message>
            <source>My key is sk-ant-…, write to ada@example.org</source>
            <translation>Mein Schlüssel ist sk-ant-…, schreib an ada@example.org</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Name a file in it.</source>
            <translation>Eine Datei darin nennen.</translation>
        </message>
        <message>
            <source>Name a file with a JSON schema.</source>
            <translation>Eine Datei mit einem JSON-Schema nennen.</translation>
        </message>
        <message>
            <source>Name a file, or make a job of its pictures.</source>
            <translation>Eine Datei nennen oder eine Aufgabe aus den Bildern darin machen.</translation>
        </message>
        <message>
            <source>Name a picture in the set.</source>
            <translation>Ein Bild im Satz nennen.</translation>
        </message>
        <message>
            <source>Name fewer of them.</source>
            <translation>Weniger davon nennen.</translation>
        </message>
        <message>
            <source>Name it under "properties".</source>
            <translation>Es unter "properties" nennen.</translation>
        </message>
        <message>
            <source>Name its columns in braces: {columns}.</source>
            <translation>Ihre Spalten in geschweiften Klammern nennen: {columns}.</translation>
        </message>
        <message>
            <source>Name of the server</source>
            <translation>Name des Servers</translation>
        </message>
        <message>
            <source>Name of the variable</source>
            <translation>Name der Variable</translation>
        </message>
        <message>
            <source>Name one in braces: {columns}.</source>
            <translation>Eine davon in geschweiften Klammern nennen: {columns}.</translation>
        </message>
        <message>
            <source>Name or licence</source>
            <translation>Name oder Lizenz</translation>
        </message>
        <message>
            <source>Name some under "enum".</source>
            <translation>Einige unter "enum" nennen.</translation>
        </message>
        <message>
            <source>Name the export you downloaded.</source>
            <translation>Den heruntergeladenen Export nennen.</translation>
        </message>
        <message>
            <source>Name the folder or the zip file that Kireji made; exports are imported instead.</source>
            <translation>Den Ordner oder die Zip-Datei nennen, die Kireji gemacht hat; Exporte werden stattdessen importiert.</translation>
        </message>
        <message>
            <source>Name the language to translate into.</source>
            <translation>Die Sprache nennen, in die übersetzt werden soll.</translation>
        </message>
        <message>
            <source>Name the one to translate into.</source>
            <translation>Die nennen, in die übersetzt werden soll.</translation>
        </message>
        <message>
            <source>Name the screen: --screen N.</source>
            <translation>Den Bildschirm nennen: --screen N.</translation>
        </message>
        <message>
            <source>Name the zip file that ChatGPT, Claude or Kireji made, or export again.</source>
            <translation>Die Zip-Datei von ChatGPT, Claude oder Kireji nennen oder noch einmal exportieren.</translation>
        </message>
        <message>
            <source>Name the zip file that ChatGPT, Claude or Kireji made, or the folder it was unpacked to.</source>
            <translation>Die Zip-Datei von ChatGPT, Claude oder Kireji nennen oder den Ordner, in den sie entpackt wurde.</translation>
        </message>
        <message>
            <source>Name the zip file that it made.</source>
            <translation>Die Zip-Datei nennen, die es gemacht hat.</translation>
        </message>
        <message>
            <source>Name what is wanted under "properties".</source>
            <translation>Unter "properties" nennen, was gewünscht ist.</translation>
        </message>
        <message>
            <source>Names and values out of the picture</source>
            <translation>Namen und Werte aus dem Bild</translation>
        </message>
        <message>
            <source>Names of the tools, with commas between them</source>
            <translation>Namen der Werkzeuge, mit Kommas dazwischen</translation>
        </message>
        <message>
            <source>Names with their values, one row for each picture.</source>
            <translation>Namen mit ihren Werten, eine Zeile für jedes Bild.</translation>
        </message>
        <message>
            <source>Names, projects, customers. Whole words, in any case, also in pictures.</source>
            <translation>Namen, Projekte, Kunden. Ganze Wörter, ob groß oder klein geschrieben, auch in Bildern.</translation>
        </message>
        <message>
            <source>Neither yes nor no</source>
            <translation>Weder ja noch nein</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>Netz</translation>
        </message>
        <message>
            <source>Never</source>
            <translation>Nie</translation>
        </message>
        <message>
            <source>New conversation</source>
            <translation>Neue Unterhaltung</translation>
        </message>
        <message>
            <source>New conversations are answered by</source>
            <translation>Neue Unterhaltungen beantwortet</translation>
        </message>
        <message>
            <source>New job</source>
            <translation>Neue Aufgabe</translation>
        </message>
        <message>
            <source>New line</source>
            <translation>Neue Zeile</translation>
        </message>
        <message>
            <source>New policy</source>
            <translation>Neue Richtlinie</translation>
        </message>
        <message>
            <source>New policy…</source>
            <translation>Neue Richtlinie…</translation>
        </message>
        <message>
            <source>New prompt</source>
            <translation>Neue Schnellfrage</translation>
        </message>
        <message>
            <source>Next conversation in the list</source>
            <translation>Nächste Unterhaltung in der Liste</translation>
        </message>
        <message>
            <source>Next screen</source>
            <translation>Nächster Bildschirm</translation>
        </message>
        <message>
            <source>Nightingale begins on Monday. In conclusion, …</source>
            <translation>Nachtigall beginnt am Montag. Zusammenfassend …</translation>
        </message>
        <message>
            <source>Nightingale, or a pattern such as /\d{3}-\d{4}/</source>
            <translation>Nachtigall oder ein Muster wie /\d{3}-\d{4}/</translation>
        </message>
        <message>
            <source>No backup was made yet.</source>
            <translation>Es wurde noch keine Sicherung gemacht.</translation>
        </message>
        <message>
            <source>No browser could be opened.</source>
            <translation>Es konnte kein Browser geöffnet werden.</translation>
        </message>
        <message>
            <source>No browser could be opened. Open this address in one on this computer:</source>
            <translation>Es konnte kein Browser geöffnet werden. Diese Adresse in einem auf diesem Computer öffnen:</translation>
        </message>
        <message>
            <source>No category</source>
            <translation>Keine Kategorie</translation>
        </message>
        <message>
            <source>No connection to {host}</source>
            <translation>Keine Verbindung zu {host}</translation>
        </message>
        <message>
            <source>No contents are kept now.</source>
            <translation>Zurzeit sind keine Inhalte aufbewahrt.</translation>
        </message>
        <message>
            <source>No conversation can be read in {name}.</source>
            <translation>In {name} kann keine Unterhaltung gelesen werden.</translation>
        </message>
        <message>
            <source>No conversations yet. What you ask appears here.</source>
            <translation>Noch keine Unterhaltungen. Was gefragt wird, erscheint hier.</translation>
        </message>
        <message>
            <source>No desktop portal runs here.</source>
            <translation>Hier läuft kein Desktop-Portal.</translation>
        </message>
        <message>
            <source>No fields were found on the picture.</source>
            <translation>Auf dem Bild wurden keine Felder gefunden.</translation>
        </message>
        <message>
            <source>No fields were found.</source>
            <translation>Es wurden keine Felder gefunden.</translation>
        </message>
        <message>
            <source>No font here has the letters of your language ({language}), so they show as boxes. Install one; on Debian and Ubuntu: sudo apt-get install {package}</source>
            <translation>Keine Schrift auf diesem Computer hat die Buchstaben Ihrer Sprache ({language}), deshalb erscheinen sie als Kästchen. Eine installieren; unter Debian und Ubuntu: sudo apt-get install {package}</translation>
        </message>
        <message>
            <source>No jobs</source>
            <translation type="vanished">Keine Aufgaben</translation>
        </message>
        <message>
            <source>No key is stored.</source>
            <translation>Es ist kein Schlüssel gespeichert.</translation>
        </message>
        <message>
            <source>No language was named.</source>
            <translation>Es wurde keine Sprache genannt.</translation>
        </message>
        <message>
            <source>No longer before all others</source>
            <translation>Nicht mehr vor allem anderen</translation>
        </message>
        <message>
            <source>No model can be asked for a summary.</source>
            <translation>Kein Modell kann um eine Zusammenfassung gebeten werden.</translation>
        </message>
        <message>
            <source>No model can be asked: there is no key and no local server.</source>
            <translation>Kein Modell kann gefragt werden: Es gibt keinen Schlüssel und keinen lokalen Server.</translation>
        </message>
        <message>
            <source>No model matches “{query}”.</source>
            <translation>Kein Modell passt zu „{query}“.</translation>
        </message>
        <message>
            <source>No model of {display} is chosen.</source>
            <translation>Es ist kein Modell von {display} gewählt.</translation>
        </message>
        <message>
            <source>No model server answers at {address}.</source>
            <translation>Unter {address} antwortet kein Modellserver.</translation>
        </message>
        <message>
            <source>No model server answers on this computer.</source>
            <translation>Auf diesem Computer antwortet kein Modellserver.</translation>
        </message>
        <message>
            <source>No model server answers on this computer. Start one, then test again.</source>
            <translation>Auf diesem Computer antwortet kein Modellserver. Einen starten und noch einmal testen.</translation>
        </message>
        <message>
            <source>No model server was found on this computer.</source>
            <translation>Auf diesem Computer wurde kein Modellserver gefunden.</translation>
        </message>
        <message>
            <source>No models are known.</source>
            <translation>Es sind keine Modelle bekannt.</translation>
        </message>
        <message>
            <source>No other program with servers was found. A file in the usual form (mcpServers) can be chosen.</source>
            <translation>Es wurde kein anderes Programm mit Servern gefunden. Eine Datei in der üblichen Form (mcpServers) kann gewählt werden.</translation>
        </message>
        <message>
            <source>No part is called that.</source>
            <translation>Kein Teil heißt so.</translation>
        </message>
        <message>
            <source>No picture in {before} has the name of one in {after}.</source>
            <translation>Kein Bild in {before} heißt wie eines in {after}.</translation>
        </message>
        <message>
            <source>No policy is that long.</source>
            <translation>So lang ist keine Richtlinie.</translation>
        </message>
        <message>
            <source>No port of this computer could be opened for the browser's answer.</source>
            <translation>Für die Antwort des Browsers konnte kein Port dieses Computers geöffnet werden.</translation>
        </message>
        <message>
            <source>No portal here takes pictures of the screen.</source>
            <translation>Kein Portal nimmt hier den Bildschirm auf.</translation>
        </message>
        <message>
            <source>No provider can work here.</source>
            <translation>Kein Anbieter kann hier arbeiten.</translation>
        </message>
        <message>
            <source>No proxy</source>
            <translation>Kein Proxy</translation>
        </message>
        <message>
            <source>No row has an answer yet.</source>
            <translation>Noch keine Zeile hat eine Antwort.</translation>
        </message>
        <message>
            <source>No row has failed.</source>
            <translation>Keine Zeile ist fehlgeschlagen.</translation>
        </message>
        <message>
            <source>No row of this job has failed.</source>
            <translation>Keine Zeile dieser Aufgabe ist fehlgeschlagen.</translation>
        </message>
        <message>
            <source>No row of this job is uncertain.</source>
            <translation>Keine Zeile dieser Aufgabe ist ungewiss.</translation>
        </message>
        <message>
            <source>No row of this job waits.</source>
            <translation>Keine Zeile dieser Aufgabe wartet.</translation>
        </message>
        <message>
            <source>No row waits to be asked.</source>
            <translation>Keine Zeile wartet darauf, gefragt zu werden.</translation>
        </message>
        <message>
            <source>No rule is met.</source>
            <translation>Keine Regel trifft zu.</translation>
        </message>
        <message>
            <source>No screen is connected.</source>
            <translation>Es ist kein Bildschirm angeschlossen.</translation>
        </message>
        <message>
            <source>No service takes that much.</source>
            <translation>So viel nimmt kein Dienst an.</translation>
        </message>
        <message>
            <source>No shortcut is set.</source>
            <translation>Es ist kein Tastenkürzel festgelegt.</translation>
        </message>
        <message>
            <source>No shortcut is set. Choose one in Settings, Shortcuts.</source>
            <translation>Es ist kein Tastenkürzel festgelegt. Unter Einstellungen, Tastenkürzel eines wählen.</translation>
        </message>
        <message>
            <source>No table was found on the picture.</source>
            <translation>Auf dem Bild wurde keine Tabelle gefunden.</translation>
        </message>
        <message>
            <source>No table was found.</source>
            <translation>Es wurde keine Tabelle gefunden.</translation>
        </message>
        <message>
            <source>No text is selected. Select some in any program, then choose this again.</source>
            <translation>Es ist kein Text markiert. In einem beliebigen Programm Text markieren und dies noch einmal wählen.</translation>
        </message>
        <message>
            <source>No text was found here.</source>
            <translation>Hier wurde kein Text gefunden.</translation>
        </message>
        <message>
            <source>No text was found in the picture. This reader knows Latin, Chinese and Japanese script: cut out a region with larger or clearer text, or add a key in the settings to ask a model about it.</source>
            <translation>Im Bild wurde kein Text gefunden. Gelesen werden lateinische, chinesische und japanische Schrift: einen Bereich mit größerem oder klarerem Text ausschneiden oder in den Einstellungen einen Schlüssel hinzufügen, um ein Modell zu fragen.</translation>
        </message>
        <message>
            <source>No verdict</source>
            <translation>Kein Urteil</translation>
        </message>
        <message>
            <source>No way of capturing is built in.</source>
            <translation>Es ist kein Weg zum Aufnehmen eingebaut.</translation>
        </message>
        <message>
            <source>No words</source>
            <translation>Keine Wörter</translation>
        </message>
        <message>
            <source>No words were found in the picture.</source>
            <translation>Im Bild wurden keine Wörter gefunden.</translation>
        </message>
        <message>
            <source>Nobody came back from the browser within {minutes}.</source>
            <translation>Innerhalb von {minutes} kam niemand aus dem Browser zurück.</translation>
        </message>
        <message>
            <source>Nobody can look into these documents: {titles}.</source>
            <translation>In diese Dokumente lässt sich nicht hineinsehen: {titles}.</translation>
        </message>
        <message>
            <source>Nobody has compared it with the picture</source>
            <translation>Niemand hat es mit dem Bild verglichen</translation>
        </message>
        <message>
            <source>Nobody is set up who could answer. Add a key in the settings.</source>
            <translation>Es ist niemand eingerichtet, der antworten könnte. In den Einstellungen einen Schlüssel hinzufügen.</translation>
        </message>
        <message>
            <source>Nobody knows what became of it; the job was cancelled.</source>
            <translation>Was daraus geworden ist, ist nicht bekannt; die Aufgabe wurde abgebrochen.</translation>
        </message>
        <message>
            <source>Nobody knows what it will cost, so no budget can hold for it.</source>
            <translation>Was es kosten wird, ist nicht bekannt, deshalb kann kein Budget dafür gelten.</translation>
        </message>
        <message>
            <source>Nobody knows why.</source>
            <translation>Niemand weiß, warum.</translation>
        </message>
        <message>
            <source>Nobody knows yet what it will cost: kireji batch estimate {id} says why.</source>
            <translation>Was es kosten wird, ist noch nicht bekannt: kireji batch estimate {id} sagt, warum.</translation>
        </message>
        <message>
            <source>Nobody looks, because that is switched off.</source>
            <translation>Niemand sucht, weil das ausgeschaltet ist.</translation>
        </message>
        <message>
            <source>Nobody: the answer was stopped, or nobody was there to be asked</source>
            <translation>Niemand: Die Antwort wurde angehalten, oder niemand war da, der gefragt werden konnte</translation>
        </message>
        <message>
            <source>None</source>
            <translation>Keine</translation>
        </message>
        <message>
            <source>None is offered in this conversation.</source>
            <translation>In dieser Unterhaltung wird keines angeboten.</translation>
        </message>
        <message>
            <source>None of the choices of this column</source>
            <translation>Keine der Auswahlmöglichkeiten dieser Spalte</translation>
        </message>
        <message>
            <source>None yet. A plugin is a Python file with functions that a model may call; the folder opens with an example to begin with.</source>
            <translation>Noch keine. Ein Plugin ist eine Python-Datei mit Funktionen, die ein Modell aufrufen darf; der Ordner öffnet sich mit einem Beispiel für den Anfang.</translation>
        </message>
        <message>
            <source>None yet. Add one with the command or address that its documentation names, or import those of another program.</source>
            <translation>Noch keine. Einen mit dem Befehl oder der Adresse hinzufügen, die seine Dokumentation nennt, oder die eines anderen Programms importieren.</translation>
        </message>
        <message>
            <source>None yet. Write {{name}} into the words, or add one here.</source>
            <translation>Noch keine. {{name}} in den Text schreiben oder hier eine hinzufügen.</translation>
        </message>
        <message>
            <source>None. A card in the conversation asks for one when a tool is called.</source>
            <translation>Keine. Eine Karte in der Unterhaltung fragt danach, wenn ein Werkzeug aufgerufen wird.</translation>
        </message>
        <message>
            <source>None. Each file is asked about.</source>
            <translation>Keine. Bei jeder Datei wird gefragt.</translation>
        </message>
        <message>
            <source>None. Each page is asked about.</source>
            <translation>Keine. Bei jeder Seite wird gefragt.</translation>
        </message>
        <message>
            <source>Normal</source>
            <translation>Normal</translation>
        </message>
        <message>
            <source>Not as labelled: {number}</source>
            <translation>Nicht wie vorgegeben: {number}</translation>
        </message>
        <message>
            <source>Not as the policy says: it belongs to “{title}” and was not found there.</source>
            <translation>Nicht wie die Richtlinie sagt: Es gehört zu „{title}“ und wurde dort nicht gefunden.</translation>
        </message>
        <message>
            <source>Not as the policy says: it does not belong to “{title}” and was found there.</source>
            <translation>Nicht wie die Richtlinie sagt: Es gehört nicht zu „{title}“ und wurde dort gefunden.</translation>
        </message>
        <message>
            <source>Not explained</source>
            <translation>Nicht erklärt</translation>
        </message>
        <message>
            <source>Not found on the picture</source>
            <translation>Nicht auf dem Bild gefunden</translation>
        </message>
        <message>
            <source>Not found on the picture.</source>
            <translation>Nicht auf dem Bild gefunden.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>Nicht jetzt</translation>
        </message>
        <message>
            <source>Not one pixel is different.</source>
            <translation>Nicht ein Pixel ist anders.</translation>
        </message>
        <message>
            <source>Not tested.</source>
            <translation>Nicht getestet.</translation>
        </message>
        <message>
            <source>Not translated: {count}.</source>
            <translation>Nicht übersetzt: {count}.</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Notiz</translation>
        </message>
        <message>
            <source>Notes</source>
            <translation>Notizen</translation>
        </message>
        <message>
            <source>Nothing answers at {address}. Start the server, or correct the address.</source>
            <translation>Unter {address} antwortet nichts. Den Server starten oder die Adresse berichtigen.</translation>
        </message>
        <message>
            <source>Nothing came of row {number} that could be shown.</source>
            <translation>Aus Zeile {number} kam nichts, was sich zeigen ließe.</translation>
        </message>
        <message>
            <source>Nothing differs on the pictures where this could be.</source>
            <translation>Auf den Bildern unterscheidet sich nichts, wo dies sein könnte.</translation>
        </message>
        <message>
            <source>Nothing found for “{words}”. Try fewer or shorter words.</source>
            <translation>Nichts gefunden für „{words}“. Weniger oder kürzere Wörter versuchen.</translation>
        </message>
        <message>
            <source>Nothing goes along yet. Add files, folders, pages or earlier conversations.</source>
            <translation>Noch wird nichts mitgesendet. Dateien, Ordner, Seiten oder frühere Unterhaltungen hinzufügen.</translation>
        </message>
        <message>
            <source>Nothing had to be translated</source>
            <translation>Nichts musste übersetzt werden</translation>
        </message>
        <message>
            <source>Nothing has been asked so far.</source>
            <translation>Bisher wurde nichts gefragt.</translation>
        </message>
        <message>
            <source>Nothing has been sent. Exactly these bytes would leave if you asked now.</source>
            <translation>Es wurde nichts gesendet. Genau diese Bytes würden den Computer verlassen, wenn Sie jetzt fragten.</translation>
        </message>
        <message>
            <source>Nothing has changed.</source>
            <translation>Nichts hat sich geändert.</translation>
        </message>
        <message>
            <source>Nothing has left this computer.</source>
            <translation>Nichts hat diesen Computer verlassen.</translation>
        </message>
        <message>
            <source>Nothing in it asks for anything to be done.</source>
            <translation>Nichts darin verlangt, dass etwas getan wird.</translation>
        </message>
        <message>
            <source>Nothing in it would be hidden.</source>
            <translation>Nichts darin würde verborgen.</translation>
        </message>
        <message>
            <source>Nothing in {name} can go along.</source>
            <translation>Nichts in {name} kann mitgesendet werden.</translation>
        </message>
        <message>
            <source>Nothing is archived.</source>
            <translation>Nichts ist archiviert.</translation>
        </message>
        <message>
            <source>Nothing is called “{words}”.</source>
            <translation>Nichts heißt „{words}“.</translation>
        </message>
        <message>
            <source>Nothing is decided yet.</source>
            <translation>Noch ist nichts entschieden.</translation>
        </message>
        <message>
            <source>Nothing is different: both pictures show the same.</source>
            <translation>Nichts ist anders: Beide Bilder zeigen dasselbe.</translation>
        </message>
        <message>
            <source>Nothing is hidden in it.</source>
            <translation>Nichts darin ist verborgen.</translation>
        </message>
        <message>
            <source>Nothing is left of any answer: {rule} is found everywhere.</source>
            <translation>Von keiner Antwort bleibt etwas übrig: {rule} findet sich überall.</translation>
        </message>
        <message>
            <source>Nothing is selected.</source>
            <translation>Es ist nichts ausgewählt.</translation>
        </message>
        <message>
            <source>Nothing is sent before there is a secret to sign it with.</source>
            <translation>Es wird nichts gesendet, solange es kein Geheimnis zum Signieren gibt.</translation>
        </message>
        <message>
            <source>Nothing is wrong with it</source>
            <translation>Nichts daran ist falsch</translation>
        </message>
        <message>
            <source>Nothing new: everything in it is there already.</source>
            <translation>Nichts Neues: alles darin ist schon da.</translation>
        </message>
        <message>
            <source>Nothing of it was used. Try again later; if it stays so, look at the download page.</source>
            <translation>Nichts davon wurde verwendet. Später noch einmal versuchen; bleibt es so, die Download-Seite ansehen.</translation>
        </message>
        <message>
            <source>Nothing of the policy's categories was found.</source>
            <translation>Nichts aus den Kategorien der Richtlinie wurde gefunden.</translation>
        </message>
        <message>
            <source>Nothing of this conversation is left out.</source>
            <translation>Von dieser Unterhaltung wird nichts weggelassen.</translation>
        </message>
        <message>
            <source>Nothing waits for you.</source>
            <translation>Nichts wartet auf Sie.</translation>
        </message>
        <message>
            <source>Nothing waits to be run.</source>
            <translation>Nichts wartet darauf, ausgeführt zu werden.</translation>
        </message>
        <message>
            <source>Nothing was added.</source>
            <translation>Nichts kam hinzu.</translation>
        </message>
        <message>
            <source>Nothing was added: there is no conversation in it that can be read.</source>
            <translation>Nichts kam hinzu: Es enthält keine Unterhaltung, die gelesen werden kann.</translation>
        </message>
        <message>
            <source>Nothing was allowed. You can close this page and try again in Kireji.</source>
            <translation>Es wurde nichts erlaubt. Diese Seite kann geschlossen und der Vorgang in Kireji wiederholt werden.</translation>
        </message>
        <message>
            <source>Nothing was asked this month.</source>
            <translation>Diesen Monat wurde nichts gefragt.</translation>
        </message>
        <message>
            <source>Nothing was decided against the model.</source>
            <translation>Nichts wurde gegen das Modell entschieden.</translation>
        </message>
        <message>
            <source>Nothing was deleted in the last 30 days.</source>
            <translation>In den letzten 30 Tagen wurde nichts gelöscht.</translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty history, or put a copy of yours back in its place.</source>
            <translation>Nichts wurde gelöscht: {name} und die Dateien, die mit diesem Namen beginnen, in einen anderen Ordner bewegen, um mit leerem Verlauf zu beginnen, oder eine eigene Kopie an ihre Stelle legen.</translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty queue; what is with a service can still be fetched on its website.</source>
            <translation>Nichts wurde gelöscht: {name} und die Dateien, die mit diesem Namen beginnen, in einen anderen Ordner bewegen, um mit leerer Warteschlange zu beginnen; was bei einem Dienst ist, lässt sich auf dessen Website noch abholen.</translation>
        </message>
        <message>
            <source>Nothing was found for “{words}”.</source>
            <translation>Für „{words}“ wurde nichts gefunden.</translation>
        </message>
        <message>
            <source>Nothing was read yet.</source>
            <translation>Es wurde noch nichts gelesen.</translation>
        </message>
        <message>
            <source>Nothing was removed.</source>
            <translation>Nichts wurde entfernt.</translation>
        </message>
        <message>
            <source>Nothing was said about the regions {numbers}.</source>
            <translation>Über die Bereiche {numbers} wurde nichts gesagt.</translation>
        </message>
        <message>
            <source>Nothing was spent in the last {days} days.</source>
            <translation>In den letzten {days} Tagen wurde nichts ausgegeben.</translation>
        </message>
        <message>
            <source>Nothing will leave this computer: it answers by itself.</source>
            <translation>Nichts wird diesen Computer verlassen: Er antwortet selbst.</translation>
        </message>
        <message>
            <source>Nothing would be added: everything in it is there already.</source>
            <translation>Nichts würde hinzugefügt: alles darin ist schon da.</translation>
        </message>
        <message>
            <source>Nothing yet. Each call of a tool is written down here before it runs.</source>
            <translation>Noch nichts. Jeder Aufruf eines Werkzeugs wird hier vermerkt, bevor er ausgeführt wird.</translation>
        </message>
        <message>
            <source>Nothing: it is asked for</source>
            <translation>Nichts: Danach wird gefragt</translation>
        </message>
        <message>
            <source>Notify when an answer is ready</source>
            <translation>Benachrichtigen, wenn eine Antwort fertig ist</translation>
        </message>
        <message>
            <source>Now right</source>
            <translation>Jetzt richtig</translation>
        </message>
        <message>
            <source>Now that is {name} ({who}).</source>
            <translation>Das ist jetzt {name} ({who}).</translation>
        </message>
        <message>
            <source>Now that is {who}.</source>
            <translation>Das ist jetzt {who}.</translation>
        </message>
        <message>
            <source>Now wrong</source>
            <translation>Jetzt falsch</translation>
        </message>
        <message>
            <source>Now, one by one: full price</source>
            <translation>Jetzt, einzeln: voller Preis</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>Zahl</translation>
        </message>
        <message>
            <source>Of these regions nothing was said: {numbers}.</source>
            <translation>Über diese Bereiche wurde nichts gesagt: {numbers}.</translation>
        </message>
        <message>
            <source>Off in the settings</source>
            <translation>In den Einstellungen ausgeschaltet</translation>
        </message>
        <message>
            <source>Offer {tool} to models</source>
            <translation>„{tool}“ den Modellen anbieten</translation>
        </message>
        <message>
            <source>Older messages no longer fit, so the service reads {tokens} tokens anew{price}.</source>
            <translation>Für ältere Nachrichten ist kein Platz mehr, deshalb liest der Dienst {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>On days on which something has changed, while nothing else goes on. Seven days and four weeks are kept.</source>
            <translation>An Tagen, an denen sich etwas geändert hat, wenn sonst nichts läuft. Sieben Tage und vier Wochen werden aufbewahrt.</translation>
        </message>
        <message>
            <source>On the picture it reads: {seen}</source>
            <translation>Auf dem Bild liest es sich: {seen}</translation>
        </message>
        <message>
            <source>On the picture stands: {seen}</source>
            <translation>Auf dem Bild steht: {seen}</translation>
        </message>
        <message>
            <source>On the usual ports of Ollama, llama.cpp and LM Studio.</source>
            <translation>An den üblichen Ports von Ollama, llama.cpp und LM Studio.</translation>
        </message>
        <message>
            <source>On this desktop programs ask for keys and the desktop hands them out; it may give others than were asked for. Its own keyboard settings can change them too.</source>
            <translation>Auf diesem Desktop fragen Programme nach Tasten, und der Desktop vergibt sie; er kann andere geben als gewünscht. Auch seine eigenen Tastatureinstellungen können sie ändern.</translation>
        </message>
        <message>
            <source>One conversation</source>
            <translation>Eine Unterhaltung</translation>
        </message>
        <message>
            <source>One day</source>
            <translation>Ein Tag</translation>
        </message>
        <message>
            <source>One file or one folder makes a job; several files only when all of them are pictures.</source>
            <translation>Eine Datei oder ein Ordner ergibt eine Aufgabe; mehrere Dateien nur, wenn alle davon Bilder sind.</translation>
        </message>
        <message>
            <source>One month</source>
            <translation>Ein Monat</translation>
        </message>
        <message>
            <source>One of your rules for answers ended this one before it was whole.</source>
            <translation>Eine Ihrer Regeln für Antworten hat diese beendet, bevor sie vollständig war.</translation>
        </message>
        <message>
            <source>One question, asked of thousands</source>
            <translation>Eine Frage, tausendmal gestellt</translation>
        </message>
        <message>
            <source>One request for a signed list, the same from everybody: it says nothing about you, this computer or your version. Nothing is downloaded or installed.</source>
            <translation>Eine Anfrage nach einer signierten Liste, bei allen die gleiche: Sie sagt nichts über Sie, diesen Computer oder Ihre Version. Nichts wird heruntergeladen oder installiert.</translation>
        </message>
        <message>
            <source>One row is being asked; the others can follow it.</source>
            <translation>Eine Zeile wird gerade gefragt; die anderen können danach folgen.</translation>
        </message>
        <message>
            <source>Only for answers that took a while and that no window shows. It holds your question, never the answer. Regions that are watched always tell.</source>
            <translation>Nur für Antworten, die gedauert haben und in keinem Fenster zu sehen sind. Enthält die Frage, nie die Antwort. Beobachtete Bereiche melden sich immer.</translation>
        </message>
        <message>
            <source>Only its size and its hash were kept.</source>
            <translation>Nur Größe und Hash wurden aufbewahrt.</translation>
        </message>
        <message>
            <source>Only jobs that take out tables or fields become a spreadsheet.</source>
            <translation>Nur aus Aufgaben, die Tabellen oder Felder entnehmen, wird eine Datei für Tabellenkalkulationen.</translation>
        </message>
        <message>
            <source>Only services that do not keep or train on what they are sent</source>
            <translation>Nur Dienste, die Anfragen weder behalten noch damit trainieren</translation>
        </message>
        <message>
            <source>Only services that keep nothing at all</source>
            <translation>Nur Dienste, die gar nichts behalten</translation>
        </message>
        <message>
            <source>Only the first {count} characters are tried.</source>
            <translation>Nur die ersten {count} Zeichen werden ausprobiert.</translation>
        </message>
        <message>
            <source>Only the first {most} prompts of the file are taken.</source>
            <translation>Nur die ersten {most} Schnellfragen der Datei werden genommen.</translation>
        </message>
        <message>
            <source>Only these</source>
            <translation>Nur diese</translation>
        </message>
        <message>
            <source>Only those that failed are asked again with: kireji batch retry {id}</source>
            <translation>Nur die fehlgeschlagenen noch einmal fragen mit: kireji batch retry {id}</translation>
        </message>
        <message>
            <source>Opacity</source>
            <translation>Deckkraft</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>Open Kireji</source>
            <translation>Kireji öffnen</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste a current key.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle einen gültigen Schlüssel einfügen.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste it again.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle noch einmal einfügen.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste one.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle einen einfügen.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and sign in or paste one.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle anmelden oder einen einfügen.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models: paste it under {right}, and a key of {asked} here.</source>
            <translation>Unter Einstellungen, Schlüssel &amp; Modelle: ihn bei {right} einfügen und hier einen von {asked}.</translation>
        </message>
        <message>
            <source>Open comparison</source>
            <translation>Vergleich öffnen</translation>
        </message>
        <message>
            <source>Open folder</source>
            <translation>Ordner öffnen</translation>
        </message>
        <message>
            <source>Open it in another program and save it anew.</source>
            <translation>In einem anderen Programm öffnen und neu sichern.</translation>
        </message>
        <message>
            <source>Open its log</source>
            <translation>Sein Protokoll öffnen</translation>
        </message>
        <message>
            <source>Open plugins folder</source>
            <translation>Plugin-Ordner öffnen</translation>
        </message>
        <message>
            <source>Open result</source>
            <translation>Ergebnis öffnen</translation>
        </message>
        <message>
            <source>Open results</source>
            <translation>Ergebnisse öffnen</translation>
        </message>
        <message>
            <source>Open settings</source>
            <translation>Einstellungen öffnen</translation>
        </message>
        <message>
            <source>Open table</source>
            <translation>Tabelle öffnen</translation>
        </message>
        <message>
            <source>Open the conversation again.</source>
            <translation>Die Unterhaltung noch einmal öffnen.</translation>
        </message>
        <message>
            <source>Open the download page</source>
            <translation>Download-Seite öffnen</translation>
        </message>
        <message>
            <source>Open the editor with the new policy</source>
            <translation>Den Editor mit der neuen Richtlinie öffnen</translation>
        </message>
        <message>
            <source>Open the folder of your policies</source>
            <translation>Den Ordner Ihrer Richtlinien öffnen</translation>
        </message>
        <message>
            <source>Open the folder of your prompts</source>
            <translation>Den Ordner Ihrer Schnellfragen öffnen</translation>
        </message>
        <message>
            <source>Open the folder with an example</source>
            <translation>Ordner mit einem Beispiel öffnen</translation>
        </message>
        <message>
            <source>Open the folder: {title}</source>
            <translation>Ordner öffnen: {title}</translation>
        </message>
        <message>
            <source>Open the receipts</source>
            <translation>Belege öffnen</translation>
        </message>
        <message>
            <source>Open translation</source>
            <translation>Übersetzung öffnen</translation>
        </message>
        <message>
            <source>Open verdict</source>
            <translation>Urteil öffnen</translation>
        </message>
        <message>
            <source>Open what came of this row beside its pictures</source>
            <translation>Öffnen, was aus dieser Zeile wurde, neben ihren Bildern</translation>
        </message>
        <message>
            <source>Open what you want to show. Click here to cancel.</source>
            <translation>Öffnen, was gezeigt werden soll. Zum Abbrechen hier klicken.</translation>
        </message>
        <message>
            <source>Open: {title}</source>
            <translation>Öffnen: {title}</translation>
        </message>
        <message>
            <source>OpenRouter did not accept the sign-in.</source>
            <translation>OpenRouter hat die Anmeldung nicht angenommen.</translation>
        </message>
        <message>
            <source>OpenRouter passes questions on to other services; the others are then never used.</source>
            <translation>OpenRouter reicht Fragen an andere Dienste weiter; die übrigen werden dann nie verwendet.</translation>
        </message>
        <message>
            <source>OpenRouter's jobs take no pictures and documents from this computer, only pictures on the web.</source>
            <translation>Die Aufgaben von OpenRouter nehmen keine Bilder und Dokumente von diesem Computer, nur Bilder im Web.</translation>
        </message>
        <message>
            <source>Opening the browser…</source>
            <translation>Der Browser wird geöffnet…</translation>
        </message>
        <message>
            <source>Opening the conversation…</source>
            <translation>Die Unterhaltung wird geöffnet…</translation>
        </message>
        <message>
            <source>Or bind a command to a key in your desktop's own keyboard settings:</source>
            <translation>Oder in den Tastatureinstellungen des Desktops einen Befehl an eine Taste binden:</translation>
        </message>
        <message>
            <source>Or let this computer read the text in the picture.</source>
            <translation>Oder diesen Computer den Text im Bild lesen lassen.</translation>
        </message>
        <message>
            <source>Order</source>
            <translation>Reihenfolge</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>Original</translation>
        </message>
        <message>
            <source>Other ways to answer again</source>
            <translation>Andere Arten, noch einmal zu antworten</translation>
        </message>
        <message>
            <source>Other ways to copy</source>
            <translation>Andere Arten zu kopieren</translation>
        </message>
        <message>
            <source>Otherwise</source>
            <translation>Sonst</translation>
        </message>
        <message>
            <source>Otherwise only where the desktop does not let Kireji freeze the screen.</source>
            <translation>Sonst nur, wo der Desktop Kireji den Bildschirm nicht einfrieren lässt.</translation>
        </message>
        <message>
            <source>Overrule it: say what shall be done.</source>
            <translation>Anders entscheiden: sagen, was getan werden soll.</translation>
        </message>
        <message>
            <source>Overrule the verdict</source>
            <translation>Gegen das Urteil entscheiden</translation>
        </message>
        <message>
            <source>Overrule: say what shall be done</source>
            <translation>Anders entscheiden: sagen, was getan werden soll</translation>
        </message>
        <message>
            <source>Overruled: {action}</source>
            <translation>Anders entschieden: {action}</translation>
        </message>
        <message>
            <source>Overrule… (O)</source>
            <translation>Anders entscheiden… (O)</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
        <message>
            <source>Own word</source>
            <translation>Eigenes Wort</translation>
        </message>
        <message>
            <source>PDF</source>
            <translation>PDF</translation>
        </message>
        <message>
            <source>PDF documents</source>
            <translation>PDF-Dokumente</translation>
        </message>
        <message>
            <source>PNG picture (*.png)</source>
            <translation>PNG-Bild (*.png)</translation>
        </message>
        <message>
            <source>PNG, JPEG, WebP and GIF files are read.</source>
            <translation>Gelesen werden PNG-, JPEG-, WebP- und GIF-Dateien.</translation>
        </message>
        <message>
            <source>Page Up, Page Down</source>
            <translation>Page Up, Page Down</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>Seiten</translation>
        </message>
        <message>
            <source>Pages of these hosts may be fetched</source>
            <translation>Seiten dieser Hosts dürfen geholt werden</translation>
        </message>
        <message>
            <source>Pairs of pictures</source>
            <translation>Bildpaare</translation>
        </message>
        <message>
            <source>Part</source>
            <translation>Teil</translation>
        </message>
        <message>
            <source>Part of the editor</source>
            <translation>Teil des Editors</translation>
        </message>
        <message>
            <source>Part of the watched region is on no screen now.</source>
            <translation>Ein Teil des beobachteten Bereichs liegt jetzt auf keinem Bildschirm.</translation>
        </message>
        <message>
            <source>Parts of the program</source>
            <translation>Teile des Programms</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Passwort</translation>
        </message>
        <message>
            <source>Passwords</source>
            <translation>Passwörter</translation>
        </message>
        <message>
            <source>Paste</source>
            <translation>Einfügen</translation>
        </message>
        <message>
            <source>Paste a JSON schema</source>
            <translation>JSON-Schema einfügen</translation>
        </message>
        <message>
            <source>Paste a key from Anthropic or OpenRouter; it is tested at once.</source>
            <translation>Einen Schlüssel von Anthropic oder OpenRouter einfügen; er wird sofort getestet.</translation>
        </message>
        <message>
            <source>Paste a key in Settings, Keys &amp; models, instead.</source>
            <translation>Stattdessen unter Einstellungen, Schlüssel &amp; Modelle einen Schlüssel einfügen.</translation>
        </message>
        <message>
            <source>Paste a text to see how it would leave. It is looked through here and goes nowhere.</source>
            <translation>Einen Text einfügen, um zu sehen, wie er hinausgehen würde. Er wird hier durchgesehen und geht nirgendwohin.</translation>
        </message>
        <message>
            <source>Paste picture</source>
            <translation>Bild einfügen</translation>
        </message>
        <message>
            <source>Paste the whole key.</source>
            <translation>Den ganzen Schlüssel einfügen.</translation>
        </message>
        <message>
            <source>Paste your {provider} key</source>
            <translation>Schlüssel für {provider} einfügen</translation>
        </message>
        <message>
            <source>Pasted picture</source>
            <translation>Eingefügtes Bild</translation>
        </message>
        <message>
            <source>Pasted text</source>
            <translation>Eingefügter Text</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Pausieren</translation>
        </message>
        <message>
            <source>Pause shortcuts</source>
            <translation>Tastenkürzel pausieren</translation>
        </message>
        <message>
            <source>Paused from the tray menu; other programs get these keys until you resume there.</source>
            <translation>Über den Infobereich pausiert; andere Programme erhalten diese Tasten, bis dort fortgesetzt wird.</translation>
        </message>
        <message>
            <source>People type with that key. Press it together with Ctrl, Alt or Super.</source>
            <translation>Mit dieser Taste wird geschrieben. Zusammen mit Ctrl, Alt oder Super drücken.</translation>
        </message>
        <message>
            <source>Permissions you gave</source>
            <translation>Von Ihnen erteilte Erlaubnisse</translation>
        </message>
        <message>
            <source>Person number</source>
            <translation>Personenkennzahl</translation>
        </message>
        <message>
            <source>Personal numbers</source>
            <translation>Personenkennzahlen</translation>
        </message>
        <message>
            <source>Pick a window; Tab or arrow keys: another one</source>
            <translation>Ein Fenster wählen; Tab oder Pfeiltasten: ein anderes</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>Bild</translation>
        </message>
        <message>
            <source>Picture that is judged</source>
            <translation>Bild, das beurteilt wird</translation>
        </message>
        <message>
            <source>Picture {number}</source>
            <translation>Bild {number}</translation>
        </message>
        <message>
            <source>Picture {number}. Show it in full size</source>
            <translation>Bild {number}. In voller Größe zeigen</translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels</source>
            <translation>Bild, {width} × {height} Pixel</translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels. Show it large</source>
            <translation>Bild, {width} × {height} Pixel. Groß zeigen</translation>
        </message>
        <message>
            <source>Picture: {path}</source>
            <translation>Bild: {path}</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>Pictures ({endings})</source>
            <translation>Bilder ({endings})</translation>
        </message>
        <message>
            <source>Pictures and documents</source>
            <translation>Bilder und Dokumente</translation>
        </message>
        <message>
            <source>Pictures belong together that have the same name in both folders.</source>
            <translation>Zusammen gehören Bilder, die in beiden Ordnern gleich heißen.</translation>
        </message>
        <message>
            <source>Pictures need a prompt that says what to do with each.</source>
            <translation>Bilder brauchen einen Prompt, der sagt, was mit jedem geschehen soll.</translation>
        </message>
        <message>
            <source>Pin to the screen</source>
            <translation>An den Bildschirm heften</translation>
        </message>
        <message numerus="yes">
            <source>Pin {n} to the top</source>
            <extracomment>Pin to the top</extracomment>
            <translation>
                <numerusform>Oben anheften</numerusform>
                <numerusform>{n} oben anheften</numerusform>
            </translation>
        </message>
        <message>
            <source>Pin: before all others</source>
            <translation>Anheften: vor allem anderen</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>Angeheftet</translation>
        </message>
        <message>
            <source>Pinned picture</source>
            <translation>Angeheftetes Bild</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>Gefundene Stellen</translation>
        </message>
        <message>
            <source>Plugins</source>
            <translation>Plugins</translation>
        </message>
        <message>
            <source>Policies</source>
            <translation>Richtlinien</translation>
        </message>
        <message>
            <source>Policies (*.toml)</source>
            <translation>Richtlinien (*.toml)</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>Richtlinie</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>Genauigkeit</translation>
        </message>
        <message>
            <source>Press a shortcut, cut out a piece of the screen and ask about it; the answer streams right beside it. Every conversation is kept on this computer, and what leaves it is written down for you to see.</source>
            <translation>Ein Tastenkürzel drücken, ein Stück des Bildschirms ausschneiden und danach fragen; die Antwort erscheint gleich daneben. Jede Unterhaltung bleibt auf diesem Computer, und was ihn verlässt, wird einsehbar aufgeschrieben.</translation>
        </message>
        <message>
            <source>Press it now</source>
            <translation>Jetzt drücken</translation>
        </message>
        <message>
            <source>Press it now, from here or from any other window.</source>
            <translation>Jetzt drücken, von hier oder aus jedem anderen Fenster.</translation>
        </message>
        <message>
            <source>Press it now: {title}</source>
            <translation>Jetzt drücken: {title}</translation>
        </message>
        <message>
            <source>Press the keys, or Escape to keep what was. If nothing happens, another program has them: press others.</source>
            <translation>Die Tasten drücken oder mit Escape behalten, was war. Geschieht nichts, hat sie ein anderes Programm: andere drücken.</translation>
        </message>
        <message>
            <source>Press the keys…</source>
            <translation>Tasten drücken…</translation>
        </message>
        <message>
            <source>Press the new keys, or Escape to keep the old ones. If nothing happens, another program has them: press others.</source>
            <translation>Die neuen Tasten drücken, oder Escape, um die alten zu behalten. Geschieht nichts, hat sie ein anderes Programm: andere drücken.</translation>
        </message>
        <message>
            <source>Press {chord} anywhere, or use the button.</source>
            <translation>{chord} drücken, gleich wo, oder den Knopf verwenden.</translation>
        </message>
        <message>
            <source>Previous conversation in the list</source>
            <translation>Vorige Unterhaltung in der Liste</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Preis</translation>
        </message>
        <message>
            <source>Price in</source>
            <translation>Preis rein</translation>
        </message>
        <message>
            <source>Price out</source>
            <translation>Preis raus</translation>
        </message>
        <message>
            <source>Privacy</source>
            <translation>Datenschutz</translation>
        </message>
        <message>
            <source>Private key</source>
            <translation>Privater Schlüssel</translation>
        </message>
        <message>
            <source>Private keys</source>
            <translation>Private Schlüssel</translation>
        </message>
        <message>
            <source>Process {number} was started.</source>
            <translation>Prozess {number} wurde gestartet.</translation>
        </message>
        <message>
            <source>Program or address found</source>
            <translation>Programm oder Adresse gefunden</translation>
        </message>
        <message>
            <source>Programs cannot hold a key combination in this Wayland session.</source>
            <translation>In dieser Wayland-Sitzung können Programme keine Tastenkombination halten.</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>Fortschritt</translation>
        </message>
        <message>
            <source>Project Nightingale</source>
            <translation>Projekt Nachtigall</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>Prompt</translation>
        </message>
        <message>
            <source>Prompt for every picture</source>
            <translation>Prompt für jedes Bild</translation>
        </message>
        <message>
            <source>Prompt for every row</source>
            <translation>Prompt für jede Zeile</translation>
        </message>
        <message>
            <source>Prompts</source>
            <translation>Schnellfragen</translation>
        </message>
        <message>
            <source>Prompts (*.md *.zip)</source>
            <translation>Schnellfragen (*.md *.zip)</translation>
        </message>
        <message>
            <source>Protocol spoken</source>
            <translation>Protokoll gesprochen</translation>
        </message>
        <message>
            <source>Provider</source>
            <translation>Anbieter</translation>
        </message>
        <message>
            <source>Provider: {name}</source>
            <translation>Anbieter: {name}</translation>
        </message>
        <message>
            <source>Proxy</source>
            <translation>Proxy</translation>
        </message>
        <message>
            <source>Public keys that it must be signed by</source>
            <translation>Öffentliche Schlüssel, mit denen sie signiert sein muss</translation>
        </message>
        <message>
            <source>Put into the question</source>
            <translation>In die Frage übernehmen</translation>
        </message>
        <message>
            <source>Put it there.</source>
            <translation>Es dort ablegen.</translation>
        </message>
        <message>
            <source>Put question {place} back into the field</source>
            <translation>Frage {place} zurück in das Feld legen</translation>
        </message>
        <message>
            <source>Put the key or token it wants into headers, as Authorization.</source>
            <translation>Den Schlüssel oder das Token, das er verlangt, als Authorization in die Header setzen.</translation>
        </message>
        <message>
            <source>Put the value of {name} into an environment variable and write ${{{name}}}, or keep it in the file: every program of yours can read it there.</source>
            <translation>Den Wert von {name} in eine Umgebungsvariable setzen und ${{{name}}} schreiben, oder ihn in der Datei behalten: Dort kann ihn jedes Ihrer Programme lesen.</translation>
        </message>
        <message>
            <source>Put this message away</source>
            <translation>Diese Meldung schließen</translation>
        </message>
        <message>
            <source>Put what it means under "$defs", and refer to it as "#/$defs/NAME".</source>
            <translation>Unter "$defs" ablegen, was gemeint ist, und mit "#/$defs/NAME" darauf verweisen.</translation>
        </message>
        <message>
            <source>PySide6 asks for exactly this version of Qt. For another one, replace the libraries of PySide6 and Shiboken, too: they are in the folders PySide6 and shiboken6.</source>
            <translation>PySide6 verlangt genau diese Version von Qt. Für eine andere auch die Bibliotheken von PySide6 und Shiboken ersetzen: Sie liegen in den Ordnern PySide6 und shiboken6.</translation>
        </message>
        <message>
            <source>Question</source>
            <translation>Frage</translation>
        </message>
        <message>
            <source>Questions that are asked with one click, from the selection, the tray or with keys of their own. Type a slash to choose one while you write.</source>
            <translation>Fragen, die mit einem Klick gestellt werden, aus der Auswahl, dem Infobereich oder mit eigenen Tasten. Beim Schreiben lässt sich mit einem Schrägstrich eine wählen.</translation>
        </message>
        <message>
            <source>Questions that wait</source>
            <translation>Fragen, die warten</translation>
        </message>
        <message>
            <source>Queue</source>
            <translation>Einreihen</translation>
        </message>
        <message>
            <source>Quick prompts</source>
            <translation>Schnellfragen</translation>
        </message>
        <message>
            <source>Quick prompts, in an empty field</source>
            <translation>Schnellfragen, in einem leeren Feld</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>Quit it, then try again.</source>
            <translation>Es beenden und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Quote in the question</source>
            <translation>In der Frage zitieren</translation>
        </message>
        <message>
            <source>Quote what is selected</source>
            <translation>Zitieren, was ausgewählt ist</translation>
        </message>
        <message>
            <source>Raise the budget in Settings, Spending, and begin again.</source>
            <translation>Das Budget unter Einstellungen, Ausgaben erhöhen und neu beginnen.</translation>
        </message>
        <message>
            <source>RapidOCR, its PP-OCR models</source>
            <translation type="vanished">RapidOCR, dessen PP-OCR-Modelle</translation>
        </message>
        <message>
            <source>Raw answer</source>
            <translation>Rohe Antwort</translation>
        </message>
        <message>
            <source>Raw row</source>
            <translation>Rohe Zeile</translation>
        </message>
        <message>
            <source>Read a file</source>
            <translation>Datei lesen</translation>
        </message>
        <message>
            <source>Read anew</source>
            <translation>Neu gelesen</translation>
        </message>
        <message>
            <source>Read as {value}</source>
            <translation>Gelesen als {value}</translation>
        </message>
        <message>
            <source>Read from the cache</source>
            <translation type="vanished">Aus dem Zwischenspeicher</translation>
        </message>
        <message>
            <source>Read from the cache this month</source>
            <translation>Diesen Monat aus dem Zwischenspeicher gelesen</translation>
        </message>
        <message>
            <source>Read the clipboard</source>
            <translation>Zwischenablage lesen</translation>
        </message>
        <message>
            <source>Read the text in pictures</source>
            <translation>Den Text in Bildern lesen</translation>
        </message>
        <message>
            <source>Reader</source>
            <translation>Textleser</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>Wird gelesen</translation>
        </message>
        <message>
            <source>Reading the backup…</source>
            <translation>Die Sicherung wird gelesen…</translation>
        </message>
        <message>
            <source>Reading the fields…</source>
            <translation>Felder werden gelesen…</translation>
        </message>
        <message>
            <source>Reading the picture on this computer</source>
            <translation>Das Bild wird auf diesem Computer gelesen</translation>
        </message>
        <message>
            <source>Reading the picture…</source>
            <translation>Bild wird gelesen…</translation>
        </message>
        <message>
            <source>Reading the rows broke off.</source>
            <translation>Das Lesen der Zeilen brach ab.</translation>
        </message>
        <message>
            <source>Reading the table…</source>
            <translation>Tabelle wird gelesen…</translation>
        </message>
        <message>
            <source>Reading verdicts…</source>
            <translation>Urteile werden gelesen…</translation>
        </message>
        <message>
            <source>Reading what goes along…  Esc cancels</source>
            <translation>Was mitgesendet wird, wird gelesen…  Esc bricht ab</translation>
        </message>
        <message>
            <source>Reading…</source>
            <translation>Wird gelesen…</translation>
        </message>
        <message numerus="yes">
            <source>Reading… {n} fields</source>
            <extracomment>Reading… 1 field</extracomment>
            <translation>
                <numerusform>Wird gelesen… {n} Feld</numerusform>
                <numerusform>Wird gelesen… {n} Felder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Reading… {n} rows</source>
            <extracomment>Reading… 1 row</extracomment>
            <translation>
                <numerusform>Wird gelesen… {n} Zeile</numerusform>
                <numerusform>Wird gelesen… {n} Zeilen</numerusform>
            </translation>
        </message>
        <message>
            <source>Reads a file: text, picture or PDF.</source>
            <translation>Liest eine Datei: Text, Bild oder PDF.</translation>
        </message>
        <message>
            <source>Reads the text in a capture without any network. No key needed.</source>
            <translation>Liest den Text in einer Aufnahme ohne jedes Netz. Kein Schlüssel nötig.</translation>
        </message>
        <message>
            <source>Reads what you have copied: text or a picture.</source>
            <translation>Liest, was Sie kopiert haben: Text oder ein Bild.</translation>
        </message>
        <message>
            <source>Reasoning</source>
            <translation>Überlegungen</translation>
        </message>
        <message>
            <source>Recall</source>
            <translation>Trefferquote</translation>
        </message>
        <message>
            <source>Receipt</source>
            <translation>Beleg</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>Zuletzt</translation>
        </message>
        <message>
            <source>Recently deleted</source>
            <translation>Kürzlich gelöscht</translation>
        </message>
        <message>
            <source>Red</source>
            <translation>Rot</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>Wiederholen</translation>
        </message>
        <message>
            <source>Redo (Ctrl+Shift+Z)</source>
            <translation>Wiederholen (Ctrl+Shift+Z)</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>Vom Modell abgelehnt</translation>
        </message>
        <message>
            <source>Regenerate it with another model</source>
            <translation>Mit einem anderen Modell neu geben lassen</translation>
        </message>
        <message>
            <source>Regenerate it with another model…</source>
            <translation>Mit einem anderen Modell neu geben lassen…</translation>
        </message>
        <message>
            <source>Regenerate the last answer</source>
            <translation>Die letzte Antwort neu geben lassen</translation>
        </message>
        <message>
            <source>Region {number}, {width} × {height} pixels. Remove it</source>
            <translation>Bereich {number}, {width} × {height} Pixel. Entfernen</translation>
        </message>
        <message>
            <source>Regions for this question</source>
            <translation>Bereiche für diese Frage</translation>
        </message>
        <message>
            <source>Release: take it</source>
            <translation>Loslassen: übernehmen</translation>
        </message>
        <message>
            <source>Reload</source>
            <translation>Neu laden</translation>
        </message>
        <message>
            <source>Remark</source>
            <translation>Anmerkung</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Remove it</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Remove its permissions</source>
            <translation>Seine Erlaubnisse entfernen</translation>
        </message>
        <message>
            <source>Remove picture</source>
            <translation>Bild entfernen</translation>
        </message>
        <message>
            <source>Remove question {place}</source>
            <translation>Frage {place} entfernen</translation>
        </message>
        <message>
            <source>Remove region {number}</source>
            <translation>Bereich {number} entfernen</translation>
        </message>
        <message>
            <source>Remove that line, then change the setting again.</source>
            <translation>Diese Zeile entfernen und die Einstellung noch einmal ändern.</translation>
        </message>
        <message>
            <source>Remove the job</source>
            <translation>Aufgabe entfernen</translation>
        </message>
        <message>
            <source>Remove the key</source>
            <translation>Schlüssel entfernen</translation>
        </message>
        <message>
            <source>Remove the key from the keychain? It can be pasted again.</source>
            <translation>Den Schlüssel aus dem Schlüsselbund entfernen? Er kann wieder eingefügt werden.</translation>
        </message>
        <message>
            <source>Remove the key of this server</source>
            <translation>Schlüssel dieses Servers entfernen</translation>
        </message>
        <message>
            <source>Remove the keys</source>
            <translation>Tasten entfernen</translation>
        </message>
        <message>
            <source>Remove the keys: {title}</source>
            <translation>Tasten entfernen: {title}</translation>
        </message>
        <message>
            <source>Remove the server and add it again with its secret.</source>
            <translation>Den Server entfernen und mit seinem Geheimnis wieder hinzufügen.</translation>
        </message>
        <message>
            <source>Remove the text to ask about</source>
            <translation>Den Text, nach dem gefragt wird, entfernen</translation>
        </message>
        <message>
            <source>Remove the {title} key</source>
            <translation>Schlüssel für {title} entfernen</translation>
        </message>
        <message>
            <source>Remove this row</source>
            <translation>Diese Zeile entfernen</translation>
        </message>
        <message>
            <source>Remove {job} ({name}) with {answers} answers? [y/N]</source>
            <translation>{job} ({name}) mit {answers} Antworten entfernen? [y/N]</translation>
        </message>
        <message>
            <source>Remove {name}</source>
            <translation>{name} entfernen</translation>
        </message>
        <message>
            <source>Remove {name}? The secrets that were kept for it go, too.</source>
            <translation>{name} entfernen? Die dafür aufbewahrten Geheimnisse verschwinden ebenfalls.</translation>
        </message>
        <message>
            <source>Remove {what}</source>
            <translation>{what} entfernen</translation>
        </message>
        <message>
            <source>Remove “{job}”?</source>
            <translation>„{job}“ entfernen?</translation>
        </message>
        <message>
            <source>Removed</source>
            <translation>Entfernt</translation>
        </message>
        <message>
            <source>Remove…</source>
            <translation>Entfernen…</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>Umbenennen</translation>
        </message>
        <message>
            <source>Rename, in the list</source>
            <translation>Umbenennen, in der Liste</translation>
        </message>
        <message>
            <source>Replace Qt</source>
            <translation>Qt ersetzen</translation>
        </message>
        <message>
            <source>Replace key…</source>
            <translation>Schlüssel ersetzen…</translation>
        </message>
        <message>
            <source>Replace mine</source>
            <translation>Meine ersetzen</translation>
        </message>
        <message>
            <source>Reply</source>
            <translation>Antwort schreiben</translation>
        </message>
        <message>
            <source>Request id: {id}</source>
            <translation>Kennung der Anfrage: {id}</translation>
        </message>
        <message>
            <source>Requests go to {address}, from the environment.</source>
            <translation>Anfragen gehen an {address}, aus der Umgebung.</translation>
        </message>
        <message>
            <source>Requests, newest first</source>
            <translation>Anfragen, neueste zuerst</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>Wiederherstellen</translation>
        </message>
        <message>
            <source>Restore another one; nothing was changed.</source>
            <translation>Eine andere wiederherstellen; nichts wurde geändert.</translation>
        </message>
        <message>
            <source>Restore it instead; nothing was imported.</source>
            <translation>Sie stattdessen wiederherstellen; nichts wurde importiert.</translation>
        </message>
        <message>
            <source>Restore the one from Kireji</source>
            <translation>Die von Kireji wiederherstellen</translation>
        </message>
        <message>
            <source>Restore this backup</source>
            <translation>Diese Sicherung wiederherstellen</translation>
        </message>
        <message numerus="yes">
            <source>Restore {n} conversations</source>
            <extracomment>Restore</extracomment>
            <translation>
                <numerusform>Wiederherstellen</numerusform>
                <numerusform>{n} Unterhaltungen wiederherstellen</numerusform>
            </translation>
        </message>
        <message>
            <source>Restore…</source>
            <translation>Wiederherstellen…</translation>
        </message>
        <message>
            <source>Restoring…</source>
            <translation>Wird wiederhergestellt…</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>Ergebnis</translation>
        </message>
        <message>
            <source>Result of a tool</source>
            <translation>Ergebnis eines Werkzeugs</translation>
        </message>
        <message>
            <source>Results</source>
            <translation>Ergebnisse</translation>
        </message>
        <message>
            <source>Results of a job</source>
            <translation>Ergebnisse einer Aufgabe</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Retry failed</source>
            <translation>Fehlgeschlagene wiederholen</translation>
        </message>
        <message numerus="yes">
            <source>Retry the {n} rows that failed</source>
            <extracomment>Retry the row that failed</extracomment>
            <translation>
                <numerusform>Die fehlgeschlagene Zeile wiederholen</numerusform>
                <numerusform>Die {n} fehlgeschlagenen Zeilen wiederholen</numerusform>
            </translation>
        </message>
        <message>
            <source>Retry those that failed, or add a new job.</source>
            <translation>Die fehlgeschlagenen wiederholen oder eine neue Aufgabe anlegen.</translation>
        </message>
        <message>
            <source>Reuse results of earlier jobs</source>
            <translation>Ergebnisse früherer Aufgaben wiederverwenden</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>Durchsehen</translation>
        </message>
        <message>
            <source>Review code</source>
            <translation>Code durchsehen</translation>
        </message>
        <message>
            <source>Review of {name}</source>
            <translation>Durchsicht von {name}</translation>
        </message>
        <message>
            <source>Review the code that is shown. Name each problem in order of harm: what is wrong, where (quote the line), what happens because of it, and the exact change that mends it. Look for mistakes, unhandled cases, security holes and races first, then for what makes it hard to read. Do not praise, and do not name matters of taste. If you find no problem, say so in one sentence. Say so where the code is cut off and you cannot tell.</source>
            <translation>Sieh den gezeigten Code durch. Nenne jedes Problem, das schädlichste zuerst: was falsch ist, wo (zitiere die Zeile), was dadurch geschieht, und die genaue Änderung, die es behebt. Achte zuerst auf Fehler, unbehandelte Fälle, Sicherheitslücken und Wettläufe, dann auf das, was ihn schwer lesbar macht. Lobe nicht und nenne keine Geschmacksfragen. Findest du kein Problem, sage das in einem Satz. Sage es, wo der Code abgeschnitten ist und du es nicht beurteilen kannst.</translation>
        </message>
        <message>
            <source>Review the verdicts</source>
            <translation>Die Urteile durchsehen</translation>
        </message>
        <message>
            <source>Review verdicts</source>
            <translation>Urteile durchsehen</translation>
        </message>
        <message>
            <source>Revoke</source>
            <translation>Widerrufen</translation>
        </message>
        <message>
            <source>Revoke: {tool}, {what}</source>
            <translation>Widerrufen: {tool}, {what}</translation>
        </message>
        <message>
            <source>Rewrite the selection</source>
            <translation>Auswahl umschreiben</translation>
        </message>
        <message>
            <source>Rewrite the text below so that it is the same text {{style}}. Keep its language, its meaning, its names, numbers and links, and its line breaks where they carry meaning. Add nothing that is not in it. Write the new text alone, without a word about what you have changed.

{{text}}</source>
            <translation>Schreibe den Text unten so um, dass er derselbe Text ist, nur {{style}}. Behalte seine Sprache, seinen Sinn, seine Namen, Zahlen und Links und seine Zeilenumbrüche, wo sie etwas bedeuten. Füge nichts hinzu, was nicht darin steht. Schreibe nur den neuen Text, ohne ein Wort darüber, was du geändert hast.

{{text}}</translation>
        </message>
        <message>
            <source>Row</source>
            <translation>Zeile</translation>
        </message>
        <message>
            <source>Row in full</source>
            <translation>Die ganze Zeile</translation>
        </message>
        <message>
            <source>Row under review</source>
            <translation>Zeile in Durchsicht</translation>
        </message>
        <message>
            <source>Row {number}</source>
            <translation>Zeile {number}</translation>
        </message>
        <message>
            <source>Row {number} cost {cost}, at full price. Its answer counts; it is not asked again.</source>
            <translation>Zeile {number} kostete {cost}, zum vollen Preis. Ihre Antwort zählt; sie wird nicht noch einmal gefragt.</translation>
        </message>
        <message>
            <source>Row {number} has no verdict that could be accepted.</source>
            <translation>Zeile {number} hat kein Urteil, das sich annehmen ließe.</translation>
        </message>
        <message>
            <source>Row {number} has nothing that could be decided about.</source>
            <translation>Zeile {number} hat nichts, worüber zu entscheiden wäre.</translation>
        </message>
        <message>
            <source>Row {number} was decided elsewhere meanwhile.</source>
            <translation>Über Zeile {number} wurde inzwischen anderswo entschieden.</translation>
        </message>
        <message>
            <source>Row {row}: {read} tokens read, {written} written, {cost}.</source>
            <translation>Zeile {row}: {read} Token gelesen, {written} geschrieben, {cost}.</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>Rows are labels, columns are verdicts.</source>
            <translation>Zeilen sind Vorgaben, Spalten sind Urteile.</translation>
        </message>
        <message>
            <source>Rows are labels, columns are verdicts. {right} they agree, {wrong} they do not.</source>
            <translation>Zeilen sind Vorgaben, Spalten sind Urteile. {right} stimmen überein, {wrong} nicht.</translation>
        </message>
        <message>
            <source>Rows of a job</source>
            <translation>Zeilen einer Aufgabe</translation>
        </message>
        <message>
            <source>Rows of job {job} have not ended.</source>
            <translation>Zeilen von Aufgabe {job} sind nicht beendet.</translation>
        </message>
        <message>
            <source>Rows that were asked exactly so before get that answer again, and cost nothing.</source>
            <translation>Zeilen, die schon einmal genau so gefragt wurden, erhalten jene Antwort wieder und kosten nichts.</translation>
        </message>
        <message>
            <source>Rows {first} to {last}</source>
            <translation>Zeilen {first} bis {last}</translation>
        </message>
        <message>
            <source>Run a command</source>
            <translation>Befehl ausführen</translation>
        </message>
        <message>
            <source>Run it again.</source>
            <translation>Sie noch einmal ausführen.</translation>
        </message>
        <message>
            <source>Run it all the same</source>
            <translation>Trotzdem ausführen</translation>
        </message>
        <message>
            <source>Run it anyway (on the command line with --yes), or choose another model.</source>
            <translation>Trotzdem ausführen (auf der Befehlszeile mit --yes) oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Run the last prompt on many rows</source>
            <translation>Den letzten Prompt auf viele Zeilen anwenden</translation>
        </message>
        <message>
            <source>Run the last prompt on…</source>
            <translation>Den letzten Prompt anwenden auf…</translation>
        </message>
        <message>
            <source>Run this prompt on…</source>
            <translation>Diesen Prompt anwenden auf…</translation>
        </message>
        <message>
            <source>Running: {tool}</source>
            <translation>Läuft: {tool}</translation>
        </message>
        <message>
            <source>Runs a command line in your shell. You see it before it runs.</source>
            <translation>Führt eine Befehlszeile in Ihrer Shell aus. Sie sehen sie, bevor sie ausgeführt wird.</translation>
        </message>
        <message>
            <source>SHA-256 of the bytes</source>
            <translation>SHA-256 der Bytes</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Sichern</translation>
        </message>
        <message>
            <source>Save as version {version}</source>
            <translation>Als Version {version} sichern</translation>
        </message>
        <message>
            <source>Save as…</source>
            <translation>Sichern unter…</translation>
        </message>
        <message>
            <source>Save decision</source>
            <translation>Entscheidung sichern</translation>
        </message>
        <message>
            <source>Save it as UTF-8.</source>
            <translation>Sie als UTF-8 sichern.</translation>
        </message>
        <message>
            <source>Save it as a PDF and attach that.</source>
            <translation>Als PDF sichern und das anhängen.</translation>
        </message>
        <message>
            <source>Save it as a file first.</source>
            <translation>Sie zuerst als Datei sichern.</translation>
        </message>
        <message>
            <source>Save it without one.</source>
            <translation>Ohne Passwort sichern.</translation>
        </message>
        <message>
            <source>Save nothing</source>
            <translation>Nichts sichern</translation>
        </message>
        <message>
            <source>Save or download it again.</source>
            <translation>Noch einmal sichern oder herunterladen.</translation>
        </message>
        <message>
            <source>Save the picture</source>
            <translation>Bild sichern</translation>
        </message>
        <message>
            <source>Save the picture as a file (Ctrl+S)</source>
            <translation>Bild als Datei sichern (Ctrl+S)</translation>
        </message>
        <message>
            <source>Save the prompt</source>
            <translation>Die Schnellfrage sichern</translation>
        </message>
        <message>
            <source>Save the result</source>
            <translation>Ergebnis sichern</translation>
        </message>
        <message>
            <source>Save the table</source>
            <translation>Tabelle sichern</translation>
        </message>
        <message>
            <source>Save the table as CSV UTF-8.</source>
            <translation>Die Tabelle als CSV UTF-8 sichern.</translation>
        </message>
        <message>
            <source>Save what is written here over the file</source>
            <translation>Das hier Geschriebene über die Datei sichern</translation>
        </message>
        <message>
            <source>Save, save as</source>
            <translation>Sichern, sichern unter</translation>
        </message>
        <message>
            <source>Save, still version {version}</source>
            <translation>Sichern, weiter als Version {version}</translation>
        </message>
        <message>
            <source>Saved as {file}.</source>
            <translation>Gesichert als {file}.</translation>
        </message>
        <message>
            <source>Saved as {path}.</source>
            <translation>Als {path} gesichert.</translation>
        </message>
        <message>
            <source>Saved, it stands in the place of the one of this name from Kireji, which can be restored.</source>
            <translation>Gesichert steht sie an der Stelle der gleichnamigen von Kireji, die sich wiederherstellen lässt.</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>Sichern…</translation>
        </message>
        <message>
            <source>Saving…</source>
            <translation>Wird gesichert…</translation>
        </message>
        <message>
            <source>Say how it is reached: its command, or its address.</source>
            <translation>Angeben, wie er erreicht wird: sein Befehl oder seine Adresse.</translation>
        </message>
        <message>
            <source>Say into which, such as English or de.</source>
            <translation>Sagen, in welche, etwa Deutsch oder de.</translation>
        </message>
        <message>
            <source>Say what a check takes</source>
            <translation>Angeben, was eine Prüfung nimmt</translation>
        </message>
        <message>
            <source>Schema of what is wanted, as JSON</source>
            <translation>Schema dessen, was gewünscht ist, als JSON</translation>
        </message>
        <message>
            <source>Screen</source>
            <translation>Bildschirm</translation>
        </message>
        <message>
            <source>Screens are at (x,y,width,height): {shown}.</source>
            <translation>Bildschirme liegen bei (x,y,Breite,Höhe): {shown}.</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Suche</translation>
        </message>
        <message>
            <source>Search earlier conversations</source>
            <translation>Frühere Unterhaltungen durchsuchen</translation>
        </message>
        <message>
            <source>Search everything</source>
            <translation>Alles durchsuchen</translation>
        </message>
        <message>
            <source>Search everything…</source>
            <translation>Alles durchsuchen…</translation>
        </message>
        <message>
            <source>Search files</source>
            <translation>Dateien durchsuchen</translation>
        </message>
        <message>
            <source>Search in files</source>
            <translation>In Dateien suchen</translation>
        </message>
        <message>
            <source>Search in what goes along</source>
            <translation>In dem suchen, was mitgesendet wird</translation>
        </message>
        <message>
            <source>Search models</source>
            <translation>Modelle suchen</translation>
        </message>
        <message>
            <source>Search results</source>
            <translation>Suchergebnisse</translation>
        </message>
        <message>
            <source>Search the help</source>
            <translation>Hilfe durchsuchen</translation>
        </message>
        <message>
            <source>Search the help…</source>
            <translation>Hilfe durchsuchen…</translation>
        </message>
        <message>
            <source>Search the parts</source>
            <translation>Teile durchsuchen</translation>
        </message>
        <message>
            <source>Second picture</source>
            <translation>Zweites Bild</translation>
        </message>
        <message>
            <source>Secret</source>
            <translation>Geheim</translation>
        </message>
        <message>
            <source>See all</source>
            <translation>Alle sehen</translation>
        </message>
        <message>
            <source>See all of it in the main window</source>
            <translation>Alles im Hauptfenster ansehen</translation>
        </message>
        <message>
            <source>See one answer before the rest: at full price, and not asked again.</source>
            <translation>Vor den übrigen eine Antwort ansehen: zum vollen Preis, und sie wird nicht noch einmal gefragt.</translation>
        </message>
        <message>
            <source>See what it wrote on its standard error.</source>
            <translation>Ansehen, was er in seine Fehlerausgabe geschrieben hat.</translation>
        </message>
        <message>
            <source>See which there are with: kireji mcp list</source>
            <translation>Vorhandene zeigen mit: kireji mcp list</translation>
        </message>
        <message>
            <source>Select a passage of an answer first, then quote it.</source>
            <translation>Zuerst eine Stelle einer Antwort auswählen, dann zitieren.</translation>
        </message>
        <message>
            <source>Select all</source>
            <translation>Alles auswählen</translation>
        </message>
        <message>
            <source>Select some text in any program, then ask again.</source>
            <translation>In einem beliebigen Programm etwas Text auswählen, dann noch einmal fragen.</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>Senden</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>Noch einmal senden</translation>
        </message>
        <message>
            <source>Send anyway</source>
            <translation>Trotzdem senden</translation>
        </message>
        <message>
            <source>Send hidden</source>
            <translation>Verborgen senden</translation>
        </message>
        <message>
            <source>Send it</source>
            <translation>Senden</translation>
        </message>
        <message>
            <source>Send it anyway (on the command line with --yes), or choose another model.</source>
            <translation>Trotzdem senden (auf der Befehlszeile mit --yes) oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Send it anyway, or choose another model.</source>
            <translation type="vanished">Trotzdem senden oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>Send it as it is</source>
            <translation>Unverändert senden</translation>
        </message>
        <message>
            <source>Send question {place} anyway: {words}</source>
            <translation>Frage {place} trotzdem senden: {words}</translation>
        </message>
        <message>
            <source>Send the question although its price is unknown</source>
            <translation>Die Frage senden, obwohl ihr Preis nicht bekannt ist</translation>
        </message>
        <message>
            <source>Send them again?</source>
            <translation>Noch einmal senden?</translation>
        </message>
        <message>
            <source>Send what could not be looked into?</source>
            <translation>Senden, was sich nicht durchsehen ließ?</translation>
        </message>
        <message numerus="yes">
            <source>Send {n} uncertain rows again</source>
            <extracomment>Send the uncertain row again</extracomment>
            <translation>
                <numerusform>Die ungewisse Zeile noch einmal senden</numerusform>
                <numerusform>{n} ungewisse Zeilen noch einmal senden</numerusform>
            </translation>
        </message>
        <message>
            <source>Send; while an answer streams: queue</source>
            <translation>Senden; während eine Antwort entsteht: einreihen</translation>
        </message>
        <message>
            <source>Sending the question</source>
            <translation>Die Frage wird gesendet</translation>
        </message>
        <message>
            <source>Sends what would be asked to the service, which counts it and charges nothing.</source>
            <translation>Sendet, was gefragt würde, an den Dienst, der es zählt und nichts berechnet.</translation>
        </message>
        <message>
            <source>Sent as it is, everything in it can be seen; nothing has left yet.</source>
            <translation>Unverändert gesendet, ist alles darin zu sehen; noch hat nichts den Computer verlassen.</translation>
        </message>
        <message>
            <source>Sent to</source>
            <translation>Gesendet an</translation>
        </message>
        <message>
            <source>Sent together to a batch service</source>
            <translation>Zusammen an einen Stapeldienst gesendet</translation>
        </message>
        <message>
            <source>Sent without being looked through: {names}.</source>
            <translation>Ohne Durchsicht gesendet: {names}.</translation>
        </message>
        <message>
            <source>Server started</source>
            <translation>Server gestartet</translation>
        </message>
        <message>
            <source>Service</source>
            <translation>Dienst</translation>
        </message>
        <message>
            <source>Services get [MAIL_1] in the place of an address, and solid boxes in the place of what pictures show. In answers you read what was there. “Ask first” shows you what was found.</source>
            <translation>Dienste erhalten [MAIL_1] anstelle einer Adresse und ausgefüllte Kästen anstelle dessen, was Bilder zeigen. In Antworten lesen Sie, was dort stand. „Erst fragen“ zeigt Ihnen, was gefunden wurde.</translation>
        </message>
        <message>
            <source>Set a corner; while dragging: move the whole</source>
            <translation>Eine Ecke setzen; beim Ziehen: das Ganze verschieben</translation>
        </message>
        <message>
            <source>Set a key (kireji keys set anthropic), or start a model server.</source>
            <translation>Einen Schlüssel setzen (kireji keys set anthropic) oder einen Modellserver starten.</translation>
        </message>
        <message>
            <source>Set a number</source>
            <translation>Nummer setzen</translation>
        </message>
        <message>
            <source>Set both or neither: an address from the environment gets no stored key.</source>
            <translation>Beide setzen oder keines: eine Adresse aus der Umgebung erhält keinen gespeicherten Schlüssel.</translation>
        </message>
        <message>
            <source>Set it before Kireji starts, or write ${{{name}:-default}}.</source>
            <translation>Sie setzen, bevor Kireji startet, oder ${{{name}:-Vorgabe}} schreiben.</translation>
        </message>
        <message>
            <source>Set keys…</source>
            <translation>Tasten festlegen…</translation>
        </message>
        <message>
            <source>Set the key as an environment variable.</source>
            <translation>Den Schlüssel als Umgebungsvariable setzen.</translation>
        </message>
        <message>
            <source>Set {name} in the section [{section}] by hand.</source>
            <translation>{name} im Abschnitt [{section}] von Hand setzen.</translation>
        </message>
        <message>
            <source>Set {variables} in the environment instead.</source>
            <translation>Stattdessen {variables} in der Umgebung setzen.</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Settings and the list of servers</source>
            <translation>Einstellungen und Liste der Server</translation>
        </message>
        <message>
            <source>Settings of tools…</source>
            <translation>Einstellungen der Werkzeuge…</translation>
        </message>
        <message>
            <source>Settings page</source>
            <translation>Seite der Einstellungen</translation>
        </message>
        <message>
            <source>Settings, tools or the program have changed since, a stop text went along, or a box was taken away.</source>
            <translation>Einstellungen, Werkzeuge oder das Programm haben sich seither geändert, ein Stopptext ging mit, oder ein Kasten wurde entfernt.</translation>
        </message>
        <message>
            <source>Several conversations do not fit into one file.</source>
            <translation>Mehrere Unterhaltungen passen nicht in eine Datei.</translation>
        </message>
        <message>
            <source>Several prompts go into one archive, so its name ends in .zip.</source>
            <translation>Mehrere Schnellfragen kommen in ein Archiv, deshalb endet sein Name auf .zip.</translation>
        </message>
        <message>
            <source>Shortcuts</source>
            <translation>Tastenkürzel</translation>
        </message>
        <message>
            <source>Shortcuts are paused. Resume them from the tray menu.</source>
            <translation>Die Tastenkürzel sind pausiert. Im Menü des Infobereichs fortsetzen.</translation>
        </message>
        <message>
            <source>Shorten it.</source>
            <translation>Ihn kürzen.</translation>
        </message>
        <message>
            <source>Shortened on the picture, for lack of room</source>
            <translation>Auf dem Bild gekürzt, weil der Platz fehlt</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>Alles zeigen</translation>
        </message>
        <message>
            <source>Show all ({count} more characters)</source>
            <translation>Alles zeigen ({count} weitere Zeichen)</translation>
        </message>
        <message>
            <source>Show all jobs</source>
            <translation>Alle Aufgaben zeigen</translation>
        </message>
        <message>
            <source>Show all of the picture</source>
            <translation>Das ganze Bild zeigen</translation>
        </message>
        <message numerus="yes">
            <source>Show all {n}</source>
            <extracomment>Show all</extracomment>
            <translation>
                <numerusform>Alles zeigen</numerusform>
                <numerusform>Alle {n} zeigen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} models</source>
            <extracomment>Show the model</extracomment>
            <translation>
                <numerusform>{n} Modell zeigen</numerusform>
                <numerusform>Alle {n} Modelle zeigen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} tools</source>
            <extracomment>Show the tool</extracomment>
            <translation>
                <numerusform>Das Werkzeug zeigen</numerusform>
                <numerusform>Alle {n} Werkzeuge zeigen</numerusform>
            </translation>
        </message>
        <message>
            <source>Show another branch</source>
            <translation>Einen anderen Zweig zeigen</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>Im Ordner zeigen</translation>
        </message>
        <message>
            <source>Show it in full size</source>
            <translation>In voller Größe zeigen</translation>
        </message>
        <message>
            <source>Show it large</source>
            <translation>Groß zeigen</translation>
        </message>
        <message>
            <source>Show only these, so that more of the picture is seen</source>
            <translation>Nur diese zeigen, damit mehr vom Bild zu sehen ist</translation>
        </message>
        <message>
            <source>Show or hide the details</source>
            <translation>Einzelheiten ein- oder ausblenden</translation>
        </message>
        <message>
            <source>Show receipt</source>
            <translation>Beleg zeigen</translation>
        </message>
        <message>
            <source>Show the contents</source>
            <translation>Inhalt zeigen</translation>
        </message>
        <message>
            <source>Show the conversations</source>
            <translation>Unterhaltungen zeigen</translation>
        </message>
        <message>
            <source>Show the field, too (Enter)</source>
            <translation>Auch das Feld zeigen (Enter)</translation>
        </message>
        <message>
            <source>Show the file</source>
            <translation>Die Datei zeigen</translation>
        </message>
        <message>
            <source>Show the file as it is now; what is written here goes</source>
            <translation>Die Datei zeigen, wie sie jetzt ist; das hier Geschriebene geht verloren</translation>
        </message>
        <message>
            <source>Show the last few only</source>
            <translation>Nur die letzten zeigen</translation>
        </message>
        <message>
            <source>Show the original (Space; hold it to peek)</source>
            <translation>Das Original zeigen (Leertaste; halten für einen kurzen Blick)</translation>
        </message>
        <message>
            <source>Show the text</source>
            <translation>Den Text zeigen</translation>
        </message>
        <message>
            <source>Show them</source>
            <translation>Sie zeigen</translation>
        </message>
        <message>
            <source>Show what was sent</source>
            <translation>Zeigen, was gesendet wurde</translation>
        </message>
        <message>
            <source>Show what will be sent</source>
            <translation>Zeigen, was gesendet wird</translation>
        </message>
        <message numerus="yes">
            <source>Show {n} more</source>
            <extracomment>Show one more</extracomment>
            <translation>
                <numerusform>{n} weiteres zeigen</numerusform>
                <numerusform>{n} weitere zeigen</numerusform>
            </translation>
        </message>
        <message>
            <source>Shown by {name}.</source>
            <translation>Gezeigt von {name}.</translation>
        </message>
        <message>
            <source>Shown here: {rows} of {all_rows} rows, {columns} of {all_columns} columns.</source>
            <translation>Hier gezeigt: {rows} von {all_rows} Zeilen, {columns} von {all_columns} Spalten.</translation>
        </message>
        <message>
            <source>Shown here: {some} of {all} fields.</source>
            <translation>Hier gezeigt: {some} von {all} Feldern.</translation>
        </message>
        <message>
            <source>Shrink it below {most} megapixels.</source>
            <translation>Auf unter {most} Megapixel verkleinern.</translation>
        </message>
        <message>
            <source>Shrink it below {most} million pixels.</source>
            <translation>Auf unter {most} Millionen Pixel verkleinern.</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>Nebeneinander</translation>
        </message>
        <message>
            <source>Sign in again, or paste a key instead.</source>
            <translation>Noch einmal anmelden oder stattdessen einen Schlüssel einfügen.</translation>
        </message>
        <message>
            <source>Sign in again; the page in the browser works only once and only for a few minutes.</source>
            <translation>Noch einmal anmelden; die Seite im Browser gilt nur einmal und nur wenige Minuten.</translation>
        </message>
        <message>
            <source>Sign in in browser</source>
            <translation>Im Browser anmelden</translation>
        </message>
        <message>
            <source>Sign in with OpenRouter</source>
            <translation>Mit OpenRouter anmelden</translation>
        </message>
        <message>
            <source>Sign-in</source>
            <translation>Anmeldung</translation>
        </message>
        <message>
            <source>Since the beginning</source>
            <translation>Seit Beginn</translation>
        </message>
        <message>
            <source>Since the check of {date} (version {version}, {model})</source>
            <translation>Seit der Prüfung vom {date} (Version {version}, {model})</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Skip this version</source>
            <translation>Diese Version überspringen</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>Kleiner</translation>
        </message>
        <message>
            <source>So that conversations are found by what their pictures say. This computer does it by itself, while nothing else goes on; nothing is sent.</source>
            <translation>Damit Unterhaltungen auch nach dem gefunden werden, was in ihren Bildern steht. Das tut dieser Computer selbst, während sonst nichts läuft; nichts wird gesendet.</translation>
        </message>
        <message>
            <source>Software, or flatpak update, brings it.</source>
            <translation>Die Anwendung „Software“ oder flatpak update bringt sie.</translation>
        </message>
        <message>
            <source>Some settings could not be used:</source>
            <translation>Einige Einstellungen konnten nicht verwendet werden:</translation>
        </message>
        <message>
            <source>Somebody may be keeping newer versions from you. Look at the download page.</source>
            <translation>Vielleicht enthält Ihnen jemand neuere Versionen vor. Die Download-Seite ansehen.</translation>
        </message>
        <message>
            <source>Something differs here; the model says nothing about it.</source>
            <translation>Hier unterscheidet sich etwas; das Modell sagt nichts darüber.</translation>
        </message>
        <message>
            <source>Something in Kireji failed before this answer was complete.</source>
            <translation>In Kireji ist etwas fehlgeschlagen, bevor diese Antwort vollständig war.</translation>
        </message>
        <message>
            <source>Something in Kireji failed, so the region is not watched any more. The log says more.</source>
            <translation>In Kireji ist etwas fehlgeschlagen, deshalb wird der Bereich nicht mehr beobachtet. Mehr steht im Protokoll.</translation>
        </message>
        <message>
            <source>Something in Kireji failed.</source>
            <translation>In Kireji ist etwas fehlgeschlagen.</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; please try again.</source>
            <translation>In Kireji ist etwas fehlgeschlagen. Einzelheiten stehen im Protokoll; bitte noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; press the shortcut to start again.</source>
            <translation>In Kireji ist etwas fehlgeschlagen. Einzelheiten stehen im Protokoll; mit dem Tastenkürzel neu beginnen.</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; what you were doing can be repeated.</source>
            <translation>In Kireji ist etwas fehlgeschlagen. Einzelheiten stehen im Protokoll; der Vorgang kann wiederholt werden.</translation>
        </message>
        <message>
            <source>Something in Kireji failed; the log says more.</source>
            <translation>In Kireji ist etwas fehlgeschlagen; mehr steht im Protokoll.</translation>
        </message>
        <message>
            <source>Something in it is written as base64, and is neither a picture nor a PDF document, or is damaged.</source>
            <translation>Etwas darin ist als Base64 geschrieben und weder ein Bild noch ein PDF-Dokument, oder es ist beschädigt.</translation>
        </message>
        <message>
            <source>Something in its file waits; its log may say more.</source>
            <translation>Etwas in seiner Datei wartet; mehr steht vielleicht in seinem Protokoll.</translation>
        </message>
        <message>
            <source>Something is hidden in a document that stands where no words can.</source>
            <translation>In einem Dokument ist etwas zu verbergen, aber an seiner Stelle kann kein Text stehen.</translation>
        </message>
        <message>
            <source>Something is missing in this address. Try again in Kireji.</source>
            <translation>In dieser Adresse fehlt etwas. In Kireji noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Something went wrong inside Kireji; the log says what. Resume the job to try again.</source>
            <translation>In Kireji ist etwas fehlgeschlagen; mehr steht im Protokoll. Die Aufgabe fortsetzen, um es noch einmal zu versuchen.</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>Quelle</translation>
        </message>
        <message>
            <source>Source code: {address}</source>
            <translation>Quelltext: {address}</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>Leertaste</translation>
        </message>
        <message>
            <source>Space shows the original</source>
            <translation>Die Leertaste zeigt das Original</translation>
        </message>
        <message>
            <source>Space switches a line on or off, P pins it, Delete takes it out.</source>
            <translation>Die Leertaste schaltet eine Zeile ein oder aus, P heftet sie an, Delete nimmt sie heraus.</translation>
        </message>
        <message>
            <source>Space: move it as it is</source>
            <translation>Leertaste: als Ganzes verschieben</translation>
        </message>
        <message>
            <source>Spending</source>
            <translation>Ausgaben</translation>
        </message>
        <message>
            <source>Spent</source>
            <translation>Ausgegeben</translation>
        </message>
        <message>
            <source>Spent in the last {days} days: {total}; most on {day}: {most}.</source>
            <translation>Ausgegeben in den letzten {days} Tagen: {total}; am meisten am {day}: {most}.</translation>
        </message>
        <message>
            <source>Split it, or save it with smaller pictures.</source>
            <translation>Es teilen oder mit kleineren Bildern sichern.</translation>
        </message>
        <message>
            <source>Spreadsheet (*.xlsx)</source>
            <translation>Tabellenkalkulation (*.xlsx)</translation>
        </message>
        <message>
            <source>Stands on the work of</source>
            <translation type="vanished">Beruht auf der Arbeit von</translation>
        </message>
        <message numerus="yes">
            <source>Stands on the work of others: {n} parts.</source>
            <extracomment>Stands on the work of others: 1 part.</extracomment>
            <translation>
                <numerusform>Beruht auf der Arbeit anderer: {n} Teil.</numerusform>
                <numerusform>Beruht auf der Arbeit anderer: {n} Teile.</numerusform>
            </translation>
        </message>
        <message>
            <source>Start</source>
            <translation>Starten</translation>
        </message>
        <message>
            <source>Start Kireji again.</source>
            <translation>Kireji neu starten.</translation>
        </message>
        <message>
            <source>Start Kireji from a desktop, or give it a picture file.</source>
            <translation>Kireji von einem Desktop aus starten oder ihm eine Bilddatei geben.</translation>
        </message>
        <message>
            <source>Start Kireji from a desktop.</source>
            <translation>Kireji von einem Desktop aus starten.</translation>
        </message>
        <message>
            <source>Start Kireji from the desktop.</source>
            <translation>Kireji vom Desktop aus starten.</translation>
        </message>
        <message>
            <source>Start Ollama, LM Studio or llama.cpp, or name its address in Settings, Keys &amp; models.</source>
            <translation>Ollama, LM Studio oder llama.cpp starten oder die Adresse unter Einstellungen, Schlüssel &amp; Modelle nennen.</translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, or enter the server's address in Settings.</source>
            <translation>Ollama, llama.cpp oder LM Studio starten oder die Adresse des Servers in den Einstellungen eingeben.</translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, then look again. Nothing leaves this computer.</source>
            <translation>Ollama, llama.cpp oder LM Studio starten und noch einmal suchen. Nichts verlässt diesen Computer.</translation>
        </message>
        <message>
            <source>Start a new conversation with a smaller picture.</source>
            <translation>Eine neue Unterhaltung mit einem kleineren Bild beginnen.</translation>
        </message>
        <message>
            <source>Start a new conversation without it, or save the picture as PNG first.</source>
            <translation>Eine neue Unterhaltung ohne das Bild beginnen oder es vorher als PNG sichern.</translation>
        </message>
        <message>
            <source>Start a new conversation, or leave out or shorten the largest part of the question.</source>
            <translation>Eine neue Unterhaltung beginnen oder den größten Teil der Frage weglassen oder kürzen.</translation>
        </message>
        <message>
            <source>Start a new conversation, or leave some out.</source>
            <translation>Eine neue Unterhaltung beginnen oder einige weglassen.</translation>
        </message>
        <message>
            <source>Start a new conversation, or use fewer or smaller pictures.</source>
            <translation>Eine neue Unterhaltung beginnen oder weniger oder kleinere Bilder verwenden.</translation>
        </message>
        <message>
            <source>Start a new conversation.</source>
            <translation type="vanished">Eine neue Unterhaltung beginnen.</translation>
        </message>
        <message>
            <source>Start a notification daemon, such as the desktop's own.</source>
            <translation>Einen Benachrichtigungsdienst starten, etwa den des Desktops.</translation>
        </message>
        <message>
            <source>Start it again when the desktop is back; what was written before is in the history.</source>
            <translation>Kireji wieder starten, sobald der Desktop zurück ist; was vorher geschrieben wurde, steht im Verlauf.</translation>
        </message>
        <message>
            <source>Start it again.</source>
            <translation>Noch einmal starten.</translation>
        </message>
        <message>
            <source>Start it and ask again, or check the address.</source>
            <translation>Ihn starten und noch einmal fragen oder die Adresse prüfen.</translation>
        </message>
        <message>
            <source>Start the newer version again. To go on with this one, move {database} away and put {copy} in its place.</source>
            <translation>Die neuere Version wieder starten. Um mit dieser weiterzuarbeiten, {database} an einen anderen Ort bewegen und {copy} an diese Stelle legen.</translation>
        </message>
        <message>
            <source>Start the newer version, or choose another folder with KIREJI_HOME; the file was left as it is.</source>
            <translation>Die neuere Version starten oder mit KIREJI_HOME einen anderen Ordner wählen; die Datei blieb, wie sie war.</translation>
        </message>
        <message>
            <source>Start when you log in</source>
            <translation>Bei der Anmeldung starten</translation>
        </message>
        <message>
            <source>Start without the bad lines? [y/N]</source>
            <translation>Ohne die unbrauchbaren Zeilen starten? [y/N]</translation>
        </message>
        <message>
            <source>Start? [y/N]</source>
            <translation>Starten? [y/N]</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>Stays here</source>
            <translation>Bleibt hier</translation>
        </message>
        <message>
            <source>Stays here: {what}</source>
            <translation>Bleibt hier: {what}</translation>
        </message>
        <message>
            <source>Stays in the tray, with the shortcuts ready. Nothing is opened and nothing is sent.</source>
            <translation>Bleibt im Infobereich, die Tastenkürzel sind bereit. Nichts wird geöffnet und nichts gesendet.</translation>
        </message>
        <message>
            <source>Still to come back: {rows}.</source>
            <translation>Noch unterwegs: {rows}.</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Stop judging</source>
            <translation>Beurteilen anhalten</translation>
        </message>
        <message>
            <source>Stop the answer</source>
            <translation>Die Antwort anhalten</translation>
        </message>
        <message>
            <source>Stop the answer and keep what has arrived</source>
            <translation>Antwort anhalten und behalten, was angekommen ist</translation>
        </message>
        <message>
            <source>Stop the check</source>
            <translation>Die Prüfung anhalten</translation>
        </message>
        <message>
            <source>Stop: {title}</source>
            <translation>Anhalten: {title}</translation>
        </message>
        <message>
            <source>Stopped. What was added before stays.</source>
            <translation>Angehalten. Was vorher hinzugefügt wurde, bleibt.</translation>
        </message>
        <message>
            <source>Stopping after the items that are being judged…</source>
            <translation>Wird angehalten, sobald die laufenden Einträge beurteilt sind…</translation>
        </message>
        <message>
            <source>Stops</source>
            <translation>Stopptexte</translation>
        </message>
        <message>
            <source>Stricter: not even for a short time. Fewer models can answer.</source>
            <translation>Strenger: nicht einmal für kurze Zeit. Weniger Modelle können antworten.</translation>
        </message>
        <message>
            <source>Such text may tell the model what to do. So a tool that could send something or change something asks again here, even if you have allowed it before.</source>
            <translation>Solcher Text kann dem Modell sagen, was es tun soll. Deshalb fragt ein Werkzeug, das etwas senden oder ändern könnte, hier noch einmal, auch wenn Sie es schon erlaubt haben.</translation>
        </message>
        <message>
            <source>Suggested version that complies</source>
            <translation>Vorgeschlagene Fassung, die entspricht</translation>
        </message>
        <message>
            <source>Summarise</source>
            <translation>Zusammenfassen</translation>
        </message>
        <message>
            <source>Summarise what is left out…</source>
            <translation>Weggelassenes zusammenfassen…</translation>
        </message>
        <message>
            <source>Summarise what is shown in at most five short points, the most important first. Keep names, numbers and dates exact. Add nothing that is not there.</source>
            <translation>Fasse das Gezeigte in höchstens fünf kurzen Punkten zusammen, das Wichtigste zuerst. Gib Namen, Zahlen und Daten genau wieder. Füge nichts hinzu, was nicht dasteht.</translation>
        </message>
        <message>
            <source>Summarising what is left out: part {number} of {count}…</source>
            <translation>Weggelassenes wird zusammengefasst: Teil {number} von {count}…</translation>
        </message>
        <message>
            <source>Summarising what is left out…</source>
            <translation>Weggelassenes wird zusammengefasst…</translation>
        </message>
        <message>
            <source>Summary of {count} earlier messages</source>
            <translation>Zusammenfassung von {count} früheren Nachrichten</translation>
        </message>
        <message>
            <source>Switch it in Windows' Settings, Apps, Startup.</source>
            <translation>Es in den Windows-Einstellungen unter Apps, Autostart schalten.</translation>
        </message>
        <message>
            <source>Switch it on in System Settings, General, Login Items, Allow in the Background.</source>
            <translation>Unter Systemeinstellungen, Allgemein, Anmeldeobjekte, „Im Hintergrund erlauben“ einschalten.</translation>
        </message>
        <message>
            <source>Switch off</source>
            <translation>Ausschalten</translation>
        </message>
        <message>
            <source>Switch on</source>
            <translation>Einschalten</translation>
        </message>
        <message>
            <source>Switch them off and on in Settings, Shortcuts.</source>
            <translation>Sie unter Einstellungen, Tastenkürzel aus- und einschalten.</translation>
        </message>
        <message>
            <source>System</source>
            <translation>System</translation>
        </message>
        <message>
            <source>Tab, Delete</source>
            <translation>Tab, Delete</translation>
        </message>
        <message>
            <source>Tab: the next</source>
            <translation>Tab: das nächste</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>Table (*.csv)</source>
            <translation>Tabelle (*.csv)</translation>
        </message>
        <message>
            <source>Table with tabs (*.tsv)</source>
            <translation>Tabelle mit Tabulatoren (*.tsv)</translation>
        </message>
        <message>
            <source>Table {number}</source>
            <translation>Tabelle {number}</translation>
        </message>
        <message>
            <source>Take a part of it.</source>
            <translation>Einen Teil davon nehmen.</translation>
        </message>
        <message>
            <source>Take it out and ask again.</source>
            <translation>Herausnehmen und noch einmal fragen.</translation>
        </message>
        <message>
            <source>Take it out, have it left out (on the command line: --drop {name}), or let Anthropic answer.</source>
            <translation>Es herausnehmen, es auslassen (auf der Befehlszeile: --drop {name}) oder Anthropic antworten lassen.</translation>
        </message>
        <message>
            <source>Take it out, have it left out (on the command line: --drop {name}), or let OpenRouter or a local server answer.</source>
            <translation>Es herausnehmen, es auslassen (auf der Befehlszeile: --drop {name}) oder OpenRouter oder einen lokalen Server antworten lassen.</translation>
        </message>
        <message>
            <source>Take it out, or add it again.</source>
            <translation>Herausnehmen oder noch einmal hinzufügen.</translation>
        </message>
        <message>
            <source>Take it out, or let Anthropic answer.</source>
            <translation>Es herausnehmen oder Anthropic antworten lassen.</translation>
        </message>
        <message>
            <source>Take it out, or let OpenRouter or a local server answer.</source>
            <translation>Es herausnehmen oder OpenRouter oder einen lokalen Server antworten lassen.</translation>
        </message>
        <message>
            <source>Take out a table</source>
            <translation>Tabelle entnehmen</translation>
        </message>
        <message>
            <source>Take out fields</source>
            <translation>Felder entnehmen</translation>
        </message>
        <message>
            <source>Take the denial back</source>
            <translation>Die Ablehnung zurücknehmen</translation>
        </message>
        <message>
            <source>Take the fields out of the picture</source>
            <translation>Entnimm die Felder aus dem Bild</translation>
        </message>
        <message>
            <source>Take the fields out of {count} pictures</source>
            <translation>Entnimm die Felder aus {count} Bildern</translation>
        </message>
        <message>
            <source>Take the tables out of the picture</source>
            <translation>Entnimm die Tabellen aus dem Bild</translation>
        </message>
        <message>
            <source>Take the tables out of {count} pictures</source>
            <translation>Entnimm die Tabellen aus {count} Bildern</translation>
        </message>
        <message>
            <source>Take what a schema asks for out of the picture</source>
            <translation>Entnimm dem Bild, was ein Schema verlangt</translation>
        </message>
        <message>
            <source>Take what a schema asks for out of {count} pictures</source>
            <translation>Entnimm {count} Bildern, was ein Schema verlangt</translation>
        </message>
        <message>
            <source>Take what is offered; ask once something is selected</source>
            <translation>Übernehmen, was angeboten wird; fragen, sobald etwas ausgewählt ist</translation>
        </message>
        <message>
            <source>Takes a picture of your screen as it is at that moment.</source>
            <translation>Nimmt ein Bild Ihres Bildschirms auf, wie er in diesem Moment ist.</translation>
        </message>
        <message>
            <source>Tax and social security numbers, identity cards, passports</source>
            <translation>Steuer- und Sozialversicherungsnummern, Ausweise, Pässe</translation>
        </message>
        <message>
            <source>Telephone number</source>
            <translation>Telefonnummer</translation>
        </message>
        <message>
            <source>Telephone numbers</source>
            <translation>Telefonnummern</translation>
        </message>
        <message>
            <source>Tells date and time, also of other zones and other moments.</source>
            <translation>Nennt Datum und Uhrzeit, auch für andere Zonen und andere Zeitpunkte.</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>Testen</translation>
        </message>
        <message>
            <source>Test and keep</source>
            <translation>Testen und behalten</translation>
        </message>
        <message>
            <source>Test connection</source>
            <translation>Verbindung testen</translation>
        </message>
        <message>
            <source>Test it in Settings, Tools, to try at once.</source>
            <translation>Ihn unter Einstellungen, Werkzeuge testen, um es sofort zu versuchen.</translation>
        </message>
        <message>
            <source>Test of a key</source>
            <translation>Test eines Schlüssels</translation>
        </message>
        <message>
            <source>Test the {title} key</source>
            <translation>Schlüssel für {title} testen</translation>
        </message>
        <message>
            <source>Testing the key with the service…</source>
            <translation>Der Schlüssel wird beim Dienst getestet…</translation>
        </message>
        <message>
            <source>Testing…</source>
            <translation>Wird getestet…</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>Text</translation>
        </message>
        <message>
            <source>Text in pictures is read on this computer.</source>
            <translation>Text in Bildern wird auf diesem Computer gelesen.</translation>
        </message>
        <message>
            <source>Text of the policy</source>
            <translation>Text der Richtlinie</translation>
        </message>
        <message>
            <source>Text size</source>
            <translation>Textgröße</translation>
        </message>
        <message>
            <source>Text that I type</source>
            <translation>Text, den ich eingebe</translation>
        </message>
        <message>
            <source>Text to ask about</source>
            <translation>Text, nach dem gefragt wird</translation>
        </message>
        <message numerus="yes">
            <source>Text to ask about, {n} characters</source>
            <extracomment>Text to ask about, 1 character</extracomment>
            <translation>
                <numerusform>Text, nach dem gefragt wird, {n} Zeichen</numerusform>
                <numerusform>Text, nach dem gefragt wird, {n} Zeichen</numerusform>
            </translation>
        </message>
        <message>
            <source>That ends when its command or address changes.</source>
            <translation>Das endet, wenn sich sein Befehl oder seine Adresse ändert.</translation>
        </message>
        <message>
            <source>That ends when its file changes.</source>
            <translation>Das endet, wenn sich seine Datei ändert.</translation>
        </message>
        <message>
            <source>That is in the list already.</source>
            <translation>Das steht schon in der Liste.</translation>
        </message>
        <message>
            <source>That is neither an Anthropic key (sk-ant-…) nor an OpenRouter key (sk-or-…).</source>
            <translation>Das ist weder ein Schlüssel von Anthropic (sk-ant-…) noch von OpenRouter (sk-or-…).</translation>
        </message>
        <message>
            <source>That is no host. A host is written like docs.python.org, without a path or a star.</source>
            <translation>Das ist kein Host. Ein Host wird wie docs.python.org geschrieben, ohne Pfad und ohne Stern.</translation>
        </message>
        <message>
            <source>That is not a file name.</source>
            <translation>Das ist kein Dateiname.</translation>
        </message>
        <message>
            <source>That is not a key.</source>
            <translation>Das ist kein Schlüssel.</translation>
        </message>
        <message>
            <source>That is not a secret for webhooks: it begins with whsec_, and Base64 follows.</source>
            <translation>Das ist kein Geheimnis für Webhooks: Es beginnt mit whsec_, und Base64 folgt.</translation>
        </message>
        <message>
            <source>That model cannot see pictures; it gets the text this computer reads in them.</source>
            <translation>Dieses Modell sieht keine Bilder; es erhält den Text, den dieser Computer darin liest.</translation>
        </message>
        <message>
            <source>That would leave too many files out one by one. Switch whole folders instead.</source>
            <translation>Damit würden zu viele Dateien einzeln weggelassen. Stattdessen ganze Ordner schalten.</translation>
        </message>
        <message>
            <source>The JSON holds half of a character, as \ud83d without its other half.</source>
            <translation>Im JSON steht ein halbes Zeichen, etwa \ud83d ohne seine andere Hälfte.</translation>
        </message>
        <message>
            <source>The JSON is broken at column {column}: there is a NUL byte.</source>
            <translation>Das JSON ist in Spalte {column} fehlerhaft: Dort steht ein NUL-Byte.</translation>
        </message>
        <message>
            <source>The JSON is broken at column {column}: {reason}.</source>
            <translation>Das JSON ist in Spalte {column} fehlerhaft: {reason}.</translation>
        </message>
        <message>
            <source>The PDF could not be read.</source>
            <translation>Das PDF konnte nicht gelesen werden.</translation>
        </message>
        <message>
            <source>The PDF has more than {most} pages.</source>
            <translation>Das PDF hat mehr als {most} Seiten.</translation>
        </message>
        <message>
            <source>The PDF holds no words; its pages are pictures.</source>
            <translation>Das PDF enthält keine Wörter; seine Seiten sind Bilder.</translation>
        </message>
        <message>
            <source>The PDF is damaged.</source>
            <translation>Das PDF ist beschädigt.</translation>
        </message>
        <message>
            <source>The PDF is larger than {most} MB.</source>
            <translation>Das PDF ist größer als {most} MB.</translation>
        </message>
        <message>
            <source>The PDF is protected by a password.</source>
            <translation>Das PDF ist mit einem Passwort geschützt.</translation>
        </message>
        <message>
            <source>The PDF takes too long to read, or is damaged.</source>
            <translation>Das Lesen des PDFs dauert zu lange, oder es ist beschädigt.</translation>
        </message>
        <message>
            <source>The account of this key at {name} has a payment problem or no credit left.</source>
            <translation>Das Konto dieses Schlüssels bei {name} hat ein Zahlungsproblem oder kein Guthaben mehr.</translation>
        </message>
        <message>
            <source>The account of this key has reached its spending limit or has no credit left.</source>
            <translation>Das Konto dieses Schlüssels hat seine Ausgabengrenze erreicht oder kein Guthaben mehr.</translation>
        </message>
        <message>
            <source>The address</source>
            <translation>Die Adresse</translation>
        </message>
        <message>
            <source>The address leads to what is not an address of the web.</source>
            <translation>Die Adresse führt zu etwas, das keine Adresse im Web ist.</translation>
        </message>
        <message>
            <source>The address of the picture has a name or a password in it, which no service takes.</source>
            <translation>In der Adresse des Bildes steht ein Name oder Passwort, was kein Dienst annimmt.</translation>
        </message>
        <message>
            <source>The address of the proxy is none that can be used: it begins with http:// or https://.</source>
            <translation>Die Adresse des Proxys ist nicht brauchbar: sie beginnt mit http:// oder https://.</translation>
        </message>
        <message>
            <source>The address of the webhook has a name or password in it, and nothing is sent there.</source>
            <translation>In der Adresse des Webhooks steht ein Name oder Passwort; dorthin wird nichts gesendet.</translation>
        </message>
        <message>
            <source>The address of the webhook is not an address of the web.</source>
            <translation>Die Adresse des Webhooks ist keine Webadresse.</translation>
        </message>
        <message>
            <source>The address of updates does not begin with https.</source>
            <translation>Die Adresse für Updates beginnt nicht mit https.</translation>
        </message>
        <message>
            <source>The address of updates leads from one place to the next without end.</source>
            <translation>Die Adresse für Updates leitet endlos von einer zur nächsten weiter.</translation>
        </message>
        <message>
            <source>The address of updates leads into the local network; it was not followed.</source>
            <translation>Die Adresse für Updates führt in das lokale Netz; ihr wurde nicht gefolgt.</translation>
        </message>
        <message>
            <source>The address of updates leads on to one that is not https; it was not followed.</source>
            <translation>Die Adresse für Updates leitet zu einer weiter, die nicht mit https beginnt; ihr wurde nicht gefolgt.</translation>
        </message>
        <message>
            <source>The address of updates leads to what is no address.</source>
            <translation>Die Adresse für Updates leitet zu etwas weiter, das keine Adresse ist.</translation>
        </message>
        <message>
            <source>The answer broke off before its end.</source>
            <translation>Die Antwort ist vor ihrem Ende abgebrochen.</translation>
        </message>
        <message>
            <source>The answer broke off before its first word.</source>
            <translation>Die Antwort ist vor ihrem ersten Wort abgebrochen.</translation>
        </message>
        <message>
            <source>The answer broke off.</source>
            <translation>Die Antwort ist abgebrochen.</translation>
        </message>
        <message>
            <source>The answer cannot be read.</source>
            <translation>Die Antwort kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>The answer comes from an earlier job; it was not asked again.</source>
            <translation>Die Antwort stammt aus einer früheren Aufgabe; es wurde nicht noch einmal gefragt.</translation>
        </message>
        <message>
            <source>The answer does not fit the policy: {why}</source>
            <translation>Die Antwort passt nicht zur Richtlinie: {why}</translation>
        </message>
        <message>
            <source>The answer does not fit the schema: {why}</source>
            <translation>Die Antwort passt nicht zum Schema: {why}</translation>
        </message>
        <message>
            <source>The answer does not fit: {why}</source>
            <translation>Die Antwort passt nicht: {why}</translation>
        </message>
        <message>
            <source>The answer ends at {rule}.</source>
            <translation>Die Antwort endet bei {rule}.</translation>
        </message>
        <message>
            <source>The answer is</source>
            <translation>Die Antwort ist</translation>
        </message>
        <message>
            <source>The answer is empty.</source>
            <translation>Die Antwort ist leer.</translation>
        </message>
        <message>
            <source>The answer is no JSON, so it does not fit the schema.</source>
            <translation>Die Antwort ist kein JSON, passt also nicht zum Schema.</translation>
        </message>
        <message>
            <source>The answer paused after many steps. It can be continued.</source>
            <translation>Die Antwort hat nach vielen Schritten innegehalten. Sie kann fortgesetzt werden.</translation>
        </message>
        <message>
            <source>The answer was cut at the maximum length. It can be continued.</source>
            <translation>Die Antwort wurde bei der größten Länge abgeschnitten. Sie kann fortgesetzt werden.</translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued with a model that reads more, or in a new conversation.</source>
            <translation type="vanished">Die Antwort wurde abgeschnitten, weil die Unterhaltung alles füllt, was dieses Modell lesen kann. Sie kann mit einem Modell, das mehr liest, oder in einer neuen Unterhaltung fortgesetzt werden.</translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued: the oldest messages then no longer go along.</source>
            <translation>Die Antwort wurde abgeschnitten, weil die Unterhaltung alles füllt, was dieses Modell lesen kann. Sie kann fortgesetzt werden: Die ältesten Nachrichten werden dann nicht mehr mitgesendet.</translation>
        </message>
        <message>
            <source>The answer was cut before its end, because it is longer than the model may write.</source>
            <translation>Die Antwort wurde vor ihrem Ende abgeschnitten, weil sie länger ist, als das Modell schreiben darf.</translation>
        </message>
        <message>
            <source>The answer was cut before its end, because it is longer than the model may write: the last rows are missing. Choose a smaller region for them.</source>
            <translation>Die Antwort wurde vor ihrem Ende abgeschnitten, weil sie länger ist, als das Modell schreiben darf: Die letzten Zeilen fehlen. Für sie einen kleineren Bereich wählen.</translation>
        </message>
        <message>
            <source>The answer was cut off at its longest length.</source>
            <translation>Die Antwort wurde bei ihrer größten Länge abgeschnitten.</translation>
        </message>
        <message>
            <source>The answer was cut off: the model can read no more.</source>
            <translation>Die Antwort wurde abgeschnitten: Mehr kann das Modell nicht lesen.</translation>
        </message>
        <message>
            <source>The answers have no columns.</source>
            <translation>Die Antworten haben keine Spalten.</translation>
        </message>
        <message>
            <source>The arguments are no JSON object.</source>
            <translation>Die Argumente sind kein JSON-Objekt.</translation>
        </message>
        <message>
            <source>The arguments are no JSON: {error}</source>
            <translation>Die Argumente sind kein JSON: {error}</translation>
        </message>
        <message>
            <source>The arguments do not fit: {problem}</source>
            <translation>Die Argumente passen nicht: {problem}</translation>
        </message>
        <message>
            <source>The arguments of this call have not all arrived; it was not run.</source>
            <translation>Die Argumente dieses Aufrufs sind nicht vollständig angekommen; er wurde nicht ausgeführt.</translation>
        </message>
        <message>
            <source>The backup was made, but does not pass its check, so it was thrown away.</source>
            <translation>Die Sicherung wurde gemacht, bestand aber ihre Prüfung nicht und wurde verworfen.</translation>
        </message>
        <message>
            <source>The backup {name} is damaged.</source>
            <translation>Die Sicherung {name} ist beschädigt.</translation>
        </message>
        <message>
            <source>The brace at “{near}” in the prompt has no other half.</source>
            <translation>Der Klammer bei „{near}“ im Prompt fehlt die andere Hälfte.</translation>
        </message>
        <message>
            <source>The browser came back without a code.</source>
            <translation>Der Browser kam ohne Code zurück.</translation>
        </message>
        <message>
            <source>The budget for one conversation is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>Das Budget einer Unterhaltung ist {most}; {taken} davon sind ausgegeben oder unterwegs, und dies könnte {cost} kosten.</translation>
        </message>
        <message>
            <source>The budget for this month is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>Das Budget dieses Monats ist {most}; {taken} davon sind ausgegeben oder unterwegs, und dies könnte {cost} kosten.</translation>
        </message>
        <message>
            <source>The budget for today is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>Das Budget für heute ist {most}; {taken} davon sind ausgegeben oder unterwegs, und dies könnte {cost} kosten.</translation>
        </message>
        <message>
            <source>The certificate "{subject}" of {host}</source>
            <translation>Das Zertifikat „{subject}“ von {host}</translation>
        </message>
        <message>
            <source>The certificate of {host}</source>
            <translation>Das Zertifikat von {host}</translation>
        </message>
        <message>
            <source>The certificate of {host} is not trusted.</source>
            <translation>Dem Zertifikat von {host} wird nicht vertraut.</translation>
        </message>
        <message>
            <source>The certificates in {path}, named by {name}, cannot be read.</source>
            <translation>Die Zertifikate in {path}, genannt von {name}, können nicht gelesen werden.</translation>
        </message>
        <message>
            <source>The certificates of the system are trusted. Choose a file (PEM) for others beside them.</source>
            <translation>Den Zertifikaten des Systems wird vertraut. Für weitere eine Datei (PEM) wählen.</translation>
        </message>
        <message>
            <source>The clipboard</source>
            <translation>Die Zwischenablage</translation>
        </message>
        <message>
            <source>The connection failed; the log says more.</source>
            <translation>Die Verbindung ist fehlgeschlagen; mehr steht im Protokoll.</translation>
        </message>
        <message>
            <source>The connection to the desktop was lost.</source>
            <translation>Die Verbindung zum Desktop ist verloren gegangen.</translation>
        </message>
        <message>
            <source>The connection to {host} was lost.</source>
            <translation>Die Verbindung zu {host} ist verloren gegangen.</translation>
        </message>
        <message>
            <source>The connection to {server} was lost before it had answered.</source>
            <translation>Die Verbindung zu {server} ging verloren, bevor er geantwortet hatte.</translation>
        </message>
        <message>
            <source>The conversation fills all that this model can read. Ask a model that reads more, or in a new conversation.</source>
            <translation>Die Unterhaltung füllt alles, was dieses Modell lesen kann. Ein Modell fragen, das mehr liest, oder in einer neuen Unterhaltung fragen.</translation>
        </message>
        <message>
            <source>The conversation no longer fits what the model can read.</source>
            <translation>Die Unterhaltung ist länger, als das Modell lesen kann.</translation>
        </message>
        <message>
            <source>The conversation with its pictures is too large to send.</source>
            <translation>Die Unterhaltung mit ihren Bildern ist zu groß zum Senden.</translation>
        </message>
        <message>
            <source>The decision about row {number} is taken back.</source>
            <translation>Die Entscheidung über Zeile {number} ist zurückgenommen.</translation>
        </message>
        <message>
            <source>The desktop did not accept “{title}”. {bind_by_hand}</source>
            <translation>Der Desktop hat „{title}“ nicht angenommen. {bind_by_hand}</translation>
        </message>
        <message>
            <source>The desktop does not let Kireji take pictures of the screen.</source>
            <translation>Der Desktop lässt Kireji den Bildschirm nicht aufnehmen.</translation>
        </message>
        <message>
            <source>The desktop does not tell its proxy: enter the proxy in Settings, Network.</source>
            <translation>Der Desktop nennt seinen Proxy nicht: den Proxy unter Einstellungen, Netz eingeben.</translation>
        </message>
        <message>
            <source>The desktop gave no answer when asked for the screen.</source>
            <translation>Der Desktop gab keine Antwort, als er nach dem Bildschirm gefragt wurde.</translation>
        </message>
        <message>
            <source>The desktop gave no keys for this. Choose them in its keyboard settings, or bind the command.</source>
            <translation>Der Desktop hat hierfür keine Tasten gegeben. Sie in dessen Tastatureinstellungen wählen oder den Befehl binden.</translation>
        </message>
        <message>
            <source>The desktop gave something else than a picture of the screen.</source>
            <translation>Der Desktop hat etwas anderes als ein Bild des Bildschirms gegeben.</translation>
        </message>
        <message>
            <source>The desktop gave these keys; {chord} was asked for.</source>
            <translation>Der Desktop hat diese Tasten gegeben; gewünscht war {chord}.</translation>
        </message>
        <message>
            <source>The desktop has not answered yet whether it gives the shortcut; it may be asking you.</source>
            <translation>Der Desktop hat noch nicht geantwortet, ob er das Tastenkürzel gibt; vielleicht fragt er gerade nach.</translation>
        </message>
        <message>
            <source>The desktop has not answered yet; it may be asking you.</source>
            <translation>Der Desktop hat noch nicht geantwortet; vielleicht fragt er gerade nach.</translation>
        </message>
        <message>
            <source>The desktop has taken the shortcuts back.</source>
            <translation>Der Desktop hat die Tastenkürzel zurückgenommen.</translation>
        </message>
        <message>
            <source>The desktop knows “{title}” but gave it no keys. Set them in its keyboard settings.</source>
            <translation>Der Desktop kennt „{title}“, hat aber keine Tasten gegeben. Sie in dessen Tastatureinstellungen festlegen.</translation>
        </message>
        <message>
            <source>The desktop names a SOCKS proxy, which is not followed: enter an HTTP proxy in Settings, Network.</source>
            <translation>Der Desktop nennt einen SOCKS-Proxy, dem nicht gefolgt wird: unter Einstellungen, Netz einen HTTP-Proxy eingeben.</translation>
        </message>
        <message>
            <source>The desktop names a proxy script, which is not followed: enter the proxy in Settings, Network.</source>
            <translation>Der Desktop nennt ein Proxy-Skript, dem nicht gefolgt wird: den Proxy unter Einstellungen, Netz eingeben.</translation>
        </message>
        <message>
            <source>The desktop never answered when asked for shortcuts.</source>
            <translation>Der Desktop hat auf die Frage nach Tastenkürzeln nie geantwortet.</translation>
        </message>
        <message>
            <source>The desktop refused the shortcuts.</source>
            <translation>Der Desktop hat die Tastenkürzel abgelehnt.</translation>
        </message>
        <message>
            <source>The desktop uses its proxy for a few hosts only, which is not followed: enter the proxy in Settings, Network.</source>
            <translation>Der Desktop verwendet seinen Proxy nur für einige Hosts, dem nicht gefolgt wird: den Proxy unter Einstellungen, Netz eingeben.</translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be opened.</source>
            <translation>Das Bild, das der Desktop vom Bildschirm gemacht hat, kann nicht geöffnet werden.</translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be read.</source>
            <translation>Das Bild, das der Desktop vom Bildschirm gemacht hat, kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>The desktop's portal answers in a way Kireji does not know.</source>
            <translation>Das Portal des Desktops antwortet auf eine Weise, die Kireji nicht kennt.</translation>
        </message>
        <message>
            <source>The desktop's portal does not answer.</source>
            <translation>Das Portal des Desktops antwortet nicht.</translation>
        </message>
        <message>
            <source>The desktop's portal has stopped.</source>
            <translation>Das Portal des Desktops hat sich beendet.</translation>
        </message>
        <message>
            <source>The desktop's portal refused.</source>
            <translation>Das Portal des Desktops hat abgelehnt.</translation>
        </message>
        <message>
            <source>The desktop's question about the picture of the screen was declined.</source>
            <translation>Die Rückfrage des Desktops zum Bild des Bildschirms wurde abgelehnt.</translation>
        </message>
        <message>
            <source>The desktop's screenshot portal, version {version}.</source>
            <translation>Das Bildschirmfoto-Portal des Desktops, Version {version}.</translation>
        </message>
        <message>
            <source>The desktop's shortcuts portal, version {version}.</source>
            <translation>Das Tastenkürzel-Portal des Desktops, Version {version}.</translation>
        </message>
        <message>
            <source>The display cannot be reached.</source>
            <translation>Die Anzeige ist nicht erreichbar.</translation>
        </message>
        <message>
            <source>The display has gone.</source>
            <translation>Die Anzeige ist weg.</translation>
        </message>
        <message>
            <source>The display is gone, so Kireji has ended.</source>
            <translation>Die Anzeige ist weg, deshalb hat sich Kireji beendet.</translation>
        </message>
        <message>
            <source>The display {display} cannot be reached.</source>
            <translation>Die Anzeige {display} ist nicht erreichbar.</translation>
        </message>
        <message>
            <source>The download page says how.</source>
            <translation>Die Download-Seite sagt, wie.</translation>
        </message>
        <message>
            <source>The earlier region lies on no screen any more. Drag to cut out another one.</source>
            <translation>Der frühere Bereich liegt auf keinem Bildschirm mehr. Durch Ziehen einen anderen ausschneiden.</translation>
        </message>
        <message>
            <source>The entry for the login cannot be written: {reason}.</source>
            <translation>Der Eintrag für die Anmeldung kann nicht geschrieben werden: {reason}.</translation>
        </message>
        <message>
            <source>The entry for the session's start cannot be written: {reason}.</source>
            <translation>Der Eintrag für den Start der Sitzung kann nicht geschrieben werden: {reason}.</translation>
        </message>
        <message>
            <source>The entry holds a sign that no program can be given.</source>
            <translation>Der Eintrag enthält ein Zeichen, das keinem Programm übergeben werden kann.</translation>
        </message>
        <message>
            <source>The entry is complete.</source>
            <translation>Der Eintrag ist vollständig.</translation>
        </message>
        <message>
            <source>The entry that starts Kireji with your session goes, too.</source>
            <translation>Der Eintrag, der Kireji mit der Sitzung startet, wird auch entfernt.</translation>
        </message>
        <message>
            <source>The entry {name} is not an object: {{...}}.</source>
            <translation>Der Eintrag {name} ist kein Objekt: {{...}}.</translation>
        </message>
        <message>
            <source>The export was stopped; nothing of it was kept.</source>
            <translation>Der Export wurde angehalten; nichts davon wurde behalten.</translation>
        </message>
        <message>
            <source>The file can be read. Its certificates are trusted beside the system's.</source>
            <translation>Die Datei ist lesbar. Ihren Zertifikaten wird neben denen des Systems vertraut.</translation>
        </message>
        <message>
            <source>The file cannot be read ({reason}).</source>
            <translation>Die Datei kann nicht gelesen werden ({reason}).</translation>
        </message>
        <message>
            <source>The file ends in the middle of it.</source>
            <translation>Die Datei endet mittendrin.</translation>
        </message>
        <message>
            <source>The file ends in the middle; what comes after is missing.</source>
            <translation>Die Datei endet in der Mitte; was danach kommt, fehlt.</translation>
        </message>
        <message numerus="yes">
            <source>The file has {n} prompts.</source>
            <extracomment>The file has 1 prompt.</extracomment>
            <translation>
                <numerusform>Die Datei hat {n} Schnellfrage.</numerusform>
                <numerusform>Die Datei hat {n} Schnellfragen.</numerusform>
            </translation>
        </message>
        <message>
            <source>The file holds control characters.</source>
            <translation>Die Datei enthält Steuerzeichen.</translation>
        </message>
        <message>
            <source>The file is empty.</source>
            <translation>Die Datei ist leer.</translation>
        </message>
        <message>
            <source>The file is larger than {most} MB.</source>
            <translation>Die Datei ist größer als {most} MB.</translation>
        </message>
        <message>
            <source>The file is longer than {count} KB.</source>
            <translation>Die Datei ist länger als {count} KB.</translation>
        </message>
        <message>
            <source>The file is not UTF-8 text.</source>
            <translation>Die Datei ist kein UTF-8-Text.</translation>
        </message>
        <message>
            <source>The file is not UTF-8 text: what could not be read is shown as �.</source>
            <translation>Die Datei ist kein UTF-8-Text: Was sich nicht lesen ließ, wird als � gezeigt.</translation>
        </message>
        <message>
            <source>The file was changed elsewhere meanwhile</source>
            <translation>Die Datei wurde inzwischen anderswo geändert</translation>
        </message>
        <message>
            <source>The file was changed elsewhere; this is what stands in it now.</source>
            <translation>Die Datei wurde anderswo geändert; dies steht jetzt darin.</translation>
        </message>
        <message>
            <source>The file with what was to be sent is gone, or was changed.</source>
            <translation>Die Datei mit dem, was gesendet werden sollte, ist verschwunden oder wurde geändert.</translation>
        </message>
        <message>
            <source>The first message did not go along: it no longer fits.</source>
            <translation>Die erste Nachricht wurde nicht mitgesendet: Für sie ist kein Platz mehr.</translation>
        </message>
        <message>
            <source>The first row asks:</source>
            <translation>Die erste Zeile fragt:</translation>
        </message>
        <message>
            <source>The first row of a table names them, as in text,language.</source>
            <translation>Die erste Zeile einer Tabelle nennt sie, etwa text,language.</translation>
        </message>
        <message>
            <source>The first row of {path} cannot be read: {reason}.</source>
            <translation>Die erste Zeile von {path} kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>The first that failed, {id}: {why}</source>
            <translation>Die erste fehlgeschlagene, {id}: {why}</translation>
        </message>
        <message>
            <source>The first that sees pictures</source>
            <translation>Das erste, das Bilder sieht</translation>
        </message>
        <message>
            <source>The first {count} are older than the chain; that they were not changed before it began, nobody can say.</source>
            <translation>Die ersten {count} sind älter als die Kette; dass sie vor deren Beginn nicht geändert wurden, kann niemand sagen.</translation>
        </message>
        <message>
            <source>The first {count} messages did not go along: they no longer fit.</source>
            <translation>Die ersten {count} Nachrichten wurden nicht mitgesendet: Für sie ist kein Platz mehr.</translation>
        </message>
        <message>
            <source>The folder {folder} is not there.</source>
            <translation>Den Ordner {folder} gibt es nicht.</translation>
        </message>
        <message>
            <source>The folder {path} cannot be written: {reason}. Make it writable, then try again.</source>
            <translation>In den Ordner {path} kann nicht geschrieben werden: {reason}. Ihn beschreibbar machen und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>The history in {path} is damaged.</source>
            <translation>Der Verlauf in {path} ist beschädigt.</translation>
        </message>
        <message>
            <source>The id holds characters that cannot be seen.</source>
            <translation>Die ID enthält Zeichen, die nicht zu sehen sind.</translation>
        </message>
        <message>
            <source>The id is empty.</source>
            <translation>Die ID ist leer.</translation>
        </message>
        <message>
            <source>The id is longer than {most} characters.</source>
            <translation>Die ID ist länger als {most} Zeichen.</translation>
        </message>
        <message>
            <source>The job ended before this question was answered.</source>
            <translation>Die Aufgabe endete, bevor diese Frage beantwortet war.</translation>
        </message>
        <message>
            <source>The job goes on at the service; kireji batch run{number} collects it.</source>
            <translation>Die Aufgabe läuft beim Dienst weiter; kireji batch run{number} holt sie ab.</translation>
        </message>
        <message>
            <source>The job was removed meanwhile.</source>
            <translation>Die Aufgabe wurde unterdessen entfernt.</translation>
        </message>
        <message>
            <source>The jobs go on at the service; kireji batch run collects them.</source>
            <translation>Die Aufgaben laufen beim Dienst weiter; kireji batch run holt sie ab.</translation>
        </message>
        <message>
            <source>The key comes from {variable} and is never stored.</source>
            <translation>Der Schlüssel kommt aus {variable} und wird nie gespeichert.</translation>
        </message>
        <message>
            <source>The key holds characters that no key has.</source>
            <translation>Der Schlüssel enthält Zeichen, die kein Schlüssel hat.</translation>
        </message>
        <message>
            <source>The key is empty.</source>
            <translation>Der Schlüssel ist leer.</translation>
        </message>
        <message>
            <source>The key is {length} characters long; a keychain entry holds {max_length}.</source>
            <translation>Der Schlüssel ist {length} Zeichen lang; ein Eintrag im Schlüsselbund fasst {max_length}.</translation>
        </message>
        <message>
            <source>The keychain could not be opened.</source>
            <translation>Der Schlüsselbund konnte nicht geöffnet werden.</translation>
        </message>
        <message>
            <source>The keychain does not answer.</source>
            <translation>Der Schlüsselbund antwortet nicht.</translation>
        </message>
        <message>
            <source>The keychain failed.</source>
            <translation>Der Schlüsselbund ist fehlgeschlagen.</translation>
        </message>
        <message>
            <source>The keychain holds no {name}.</source>
            <translation>Im Schlüsselbund gibt es kein {name}.</translation>
        </message>
        <message>
            <source>The keychain is locked.</source>
            <translation>Der Schlüsselbund ist gesperrt.</translation>
        </message>
        <message>
            <source>The last capture</source>
            <translation>Die letzte Aufnahme</translation>
        </message>
        <message>
            <source>The last captures</source>
            <translation>Die letzten Aufnahmen</translation>
        </message>
        <message>
            <source>The last row is {number}.</source>
            <translation>Die letzte Zeile ist {number}.</translation>
        </message>
        <message>
            <source>The last {count} captures</source>
            <translation>Die letzten {count} Aufnahmen</translation>
        </message>
        <message numerus="yes">
            <source>The last {n} captures</source>
            <extracomment>The last capture</extracomment>
            <translation>
                <numerusform>Die letzte Aufnahme</numerusform>
                <numerusform>Die letzten {n} Aufnahmen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The last {n} days</source>
            <extracomment>The last day</extracomment>
            <translation>
                <numerusform>Der letzte Tag</numerusform>
                <numerusform>Die letzten {n} Tage</numerusform>
            </translation>
        </message>
        <message>
            <source>The ledger is not what was written.</source>
            <translation>Das Journal ist nicht, was geschrieben wurde.</translation>
        </message>
        <message>
            <source>The ledger is whole: none of its {count} requests was changed, removed or added since it was written.</source>
            <translation>Das Journal ist unversehrt: Keine seiner {count} Anfragen wurde seit dem Schreiben geändert, entfernt oder hinzugefügt.</translation>
        </message>
        <message>
            <source>The ledger notes of every request when it left, where to, how large it was and its hash. What was in it is kept only if you want that.</source>
            <translation>Das Journal vermerkt zu jeder Anfrage, wann sie den Computer verließ, wohin, wie groß sie war, und ihren Hash. Ihr Inhalt wird nur aufbewahrt, wenn Sie das wollen.</translation>
        </message>
        <message>
            <source>The library libxcb is missing.</source>
            <translation>Die Bibliothek libxcb fehlt.</translation>
        </message>
        <message>
            <source>The line brings a whole question along; this job asks its own about a prompt, pictures, or both.</source>
            <translation>Die Zeile bringt eine ganze Frage mit; diese Aufgabe stellt ihre eigene zu einem Prompt, zu Bildern oder zu beidem.</translation>
        </message>
        <message>
            <source>The line could not be read.</source>
            <translation>Die Zeile konnte nicht gelesen werden.</translation>
        </message>
        <message>
            <source>The line has a method or a url, but no body.</source>
            <translation>Die Zeile hat method oder url, aber keinen body.</translation>
        </message>
        <message>
            <source>The line has a schema of its own, and the job has one, too.</source>
            <translation>Die Zeile hat ein eigenes Schema, und die Aufgabe hat auch eines.</translation>
        </message>
        <message>
            <source>The line has a shape that is not known here.</source>
            <translation>Die Zeile hat eine hier nicht bekannte Form.</translation>
        </message>
        <message>
            <source>The line has more than one of prompt, params and body.</source>
            <translation>Die Zeile hat mehr als eines von prompt, params und body.</translation>
        </message>
        <message>
            <source>The line has neither a prompt, nor params, nor a body.</source>
            <translation>Die Zeile hat weder prompt noch params noch body.</translation>
        </message>
        <message>
            <source>The line has no prompt, and the job has none for lines without.</source>
            <translation>Die Zeile hat keinen Prompt, und die Aufgabe hat keinen für solche Zeilen.</translation>
        </message>
        <message>
            <source>The line has two ids.</source>
            <translation>Die Zeile hat zwei IDs.</translation>
        </message>
        <message>
            <source>The line is larger than the {most} MB that one question may have.</source>
            <translation>Die Zeile ist größer als die {most} MB, die eine Frage haben darf.</translation>
        </message>
        <message>
            <source>The line is nested too deeply, or holds a number with too many digits.</source>
            <translation>Die Zeile ist zu tief verschachtelt oder enthält eine Zahl mit zu vielen Stellen.</translation>
        </message>
        <message>
            <source>The line is not UTF-8: there is a wrong byte at column {column}.</source>
            <translation>Die Zeile ist kein UTF-8: In Spalte {column} steht ein falsches Byte.</translation>
        </message>
        <message>
            <source>The line is not a JSON object.</source>
            <translation>Die Zeile ist kein JSON-Objekt.</translation>
        </message>
        <message>
            <source>The line names more than {most} pictures.</source>
            <translation>Die Zeile nennt mehr als {most} Bilder.</translation>
        </message>
        <message>
            <source>The line names the model {model}, the job asks {other}. Give the job a model, or split the file.</source>
            <translation>Die Zeile nennt das Modell {model}, die Aufgabe fragt {other}. Der Aufgabe ein Modell geben oder die Datei aufteilen.</translation>
        </message>
        <message>
            <source>The list names no file for this system; the download page may know more.</source>
            <translation>Die Liste nennt keine Datei für dieses System; vielleicht steht auf der Download-Seite mehr.</translation>
        </message>
        <message>
            <source>The list of keys</source>
            <translation>Die Liste der Schlüssel</translation>
        </message>
        <message>
            <source>The list of parts cannot be read. Install Kireji again.</source>
            <translation>Die Liste der Teile kann nicht gelesen werden. Kireji neu installieren.</translation>
        </message>
        <message>
            <source>The list of versions did not arrive within {seconds} seconds.</source>
            <translation>Die Liste der Versionen kam nicht innerhalb von {seconds} Sekunden an.</translation>
        </message>
        <message>
            <source>The list of versions ended on {date} and was not renewed.</source>
            <translation>Die Liste der Versionen galt bis {date} und wurde nicht erneuert.</translation>
        </message>
        <message>
            <source>The list of versions is dated {date}, which is in the future.</source>
            <translation>Die Liste der Versionen trägt das Datum {date}, das in der Zukunft liegt.</translation>
        </message>
        <message>
            <source>The list of versions is not signed by a key that is trusted here.</source>
            <translation>Die Liste der Versionen ist mit keinem Schlüssel signiert, dem hier vertraut wird.</translation>
        </message>
        <message>
            <source>The list of versions is written for a later version of Kireji.</source>
            <translation>Die Liste der Versionen ist für eine spätere Version von Kireji geschrieben.</translation>
        </message>
        <message>
            <source>The list of versions of {old} was offered again after the one of {new}.</source>
            <translation>Die Liste der Versionen vom {old} wurde nach der vom {new} noch einmal angeboten.</translation>
        </message>
        <message>
            <source>The local server</source>
            <translation>Der lokale Server</translation>
        </message>
        <message>
            <source>The local server was reached, but does not take the key.</source>
            <translation>Der lokale Server wurde erreicht, nimmt den Schlüssel aber nicht an.</translation>
        </message>
        <message>
            <source>The method is {method}; questions are asked with POST.</source>
            <translation>Die Methode ist {method}; Fragen werden mit POST gestellt.</translation>
        </message>
        <message>
            <source>The model</source>
            <translation>Das Modell</translation>
        </message>
        <message>
            <source>The model asked for a tool that is not there ({names}); none ran.</source>
            <translation>Das Modell verlangte ein Werkzeug, das es nicht gibt ({names}); keines wurde ausgeführt.</translation>
        </message>
        <message>
            <source>The model decides</source>
            <translation>Das Modell entscheidet</translation>
        </message>
        <message>
            <source>The model declined to answer.</source>
            <translation>Das Modell hat die Antwort abgelehnt.</translation>
        </message>
        <message>
            <source>The model declined to answer{about}.</source>
            <translation>Das Modell hat die Antwort abgelehnt{about}.</translation>
        </message>
        <message>
            <source>The model declined to answer{about}. Ask differently, or choose another model.</source>
            <translation>Das Modell hat die Antwort abgelehnt{about}. Anders fragen oder ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>The model declined to judge this example.</source>
            <translation>Das Modell hat es abgelehnt, dieses Beispiel zu beurteilen.</translation>
        </message>
        <message>
            <source>The model gave no answer. Ask again, or with a lower effort.</source>
            <translation>Das Modell gab keine Antwort. Noch einmal oder mit geringerem Aufwand fragen.</translation>
        </message>
        <message>
            <source>The model gave no summary.</source>
            <translation>Das Modell hat keine Zusammenfassung gegeben.</translation>
        </message>
        <message>
            <source>The model has refused nothing.</source>
            <translation>Das Modell hat nichts abgelehnt.</translation>
        </message>
        <message>
            <source>The model is {sure}.</source>
            <translation>Das Modell ist {sure}.</translation>
        </message>
        <message>
            <source>The model may still be loading, or be too large for this computer: ask again, or choose a smaller one.</source>
            <translation>Vielleicht wird das Modell noch geladen oder ist zu groß für diesen Computer: noch einmal fragen oder ein kleineres wählen.</translation>
        </message>
        <message>
            <source>The model quotes nothing for it.</source>
            <translation>Das Modell zitiert nichts dafür.</translation>
        </message>
        <message>
            <source>The model reached the maximum length before its first word. Ask again with a lower effort or a higher maximum.</source>
            <translation>Das Modell hat seine größte Länge vor dem ersten Wort erreicht. Mit geringerem Aufwand oder größerem Höchstwert noch einmal fragen.</translation>
        </message>
        <message>
            <source>The model refused to judge; the policy says what is done then.</source>
            <translation>Das Modell hat es abgelehnt zu urteilen; die Richtlinie sagt, was dann geschieht.</translation>
        </message>
        <message>
            <source>The model said nothing more after its tools had run. It can be continued.</source>
            <translation>Das Modell sagte nichts mehr, nachdem seine Werkzeuge gelaufen waren. Die Antwort kann fortgesetzt werden.</translation>
        </message>
        <message>
            <source>The model wanted to go on calling tools after the last round that is allowed; these did not run.</source>
            <translation>Das Modell wollte nach der letzten erlaubten Runde weiter Werkzeuge aufrufen; diese wurden nicht ausgeführt.</translation>
        </message>
        <message>
            <source>The model {model} cannot see pictures.</source>
            <translation>Das Modell {model} kann keine Bilder sehen.</translation>
        </message>
        <message>
            <source>The model {model} does not exist at {host}.</source>
            <translation>Das Modell {model} gibt es unter {host} nicht.</translation>
        </message>
        <message>
            <source>The model {model} does not exist or is not open to this key.</source>
            <translation>Das Modell {model} gibt es nicht, oder es ist für diesen Schlüssel nicht offen.</translation>
        </message>
        <message>
            <source>The model {model} has been retired; {new} replaces it.</source>
            <translation>Das Modell {model} wurde eingestellt; {new} ersetzt es.</translation>
        </message>
        <message>
            <source>The model {model} is no longer served; {new} replaces it.</source>
            <translation>Das Modell {model} wird nicht mehr angeboten; {new} ersetzt es.</translation>
        </message>
        <message>
            <source>The model's answer did not have the form it was asked for, twice.</source>
            <translation>Die Antwort des Modells hatte zweimal nicht die verlangte Form.</translation>
        </message>
        <message>
            <source>The models could not be listed.</source>
            <translation>Die Modelle konnten nicht aufgelistet werden.</translation>
        </message>
        <message>
            <source>The module of {entry} is not installed. Install it again.</source>
            <translation>Das Modul von {entry} ist nicht installiert. Es noch einmal installieren.</translation>
        </message>
        <message>
            <source>The name of the picture is empty.</source>
            <translation>Der Name des Bildes ist leer.</translation>
        </message>
        <message>
            <source>The name {name} may only have small letters, digits and hyphens between them.</source>
            <translation>Der Name {name} darf nur Kleinbuchstaben, Ziffern und Bindestriche dazwischen haben.</translation>
        </message>
        <message>
            <source>The new secret</source>
            <translation>Das neue Geheimnis</translation>
        </message>
        <message>
            <source>The next question has about {tokens} tokens; with an answer of {answer} it costs about {cost}.</source>
            <translation>Die nächste Frage hat ungefähr {tokens} Token; mit einer Antwort von {answer} kostet sie ungefähr {cost}.</translation>
        </message>
        <message>
            <source>The next row</source>
            <translation>Die nächste Zeile</translation>
        </message>
        <message>
            <source>The next row (J)</source>
            <translation>Die nächste Zeile (J)</translation>
        </message>
        <message>
            <source>The next version</source>
            <translation>Die nächste Fassung</translation>
        </message>
        <message>
            <source>The other rows wait as job {id}: kireji batch run {id}</source>
            <translation>Die übrigen Zeilen warten als Aufgabe {id}: kireji batch run {id}</translation>
        </message>
        <message>
            <source>The page did not arrive within {seconds} seconds.</source>
            <translation>Die Seite ist nicht innerhalb von {seconds} Sekunden angekommen.</translation>
        </message>
        <message>
            <source>The page is larger than {most} MB, or none.</source>
            <translation>Die Seite ist größer als {most} MB oder gar keine.</translation>
        </message>
        <message>
            <source>The path of the folder for {name} is too long ({size} bytes).</source>
            <translation>Der Pfad des Ordners für {name} ist zu lang ({size} Bytes).</translation>
        </message>
        <message>
            <source>The person can allow it in the settings, under the hosts of tools.</source>
            <translation>Die Person kann es in den Einstellungen unter den Hosts der Werkzeuge erlauben.</translation>
        </message>
        <message>
            <source>The person did not allow this call.</source>
            <translation>Die Person hat diesen Aufruf nicht erlaubt.</translation>
        </message>
        <message>
            <source>The person has denied this tool.</source>
            <translation>Die Person hat dieses Werkzeug abgelehnt.</translation>
        </message>
        <message>
            <source>The person has switched this tool off.</source>
            <translation>Die Person hat dieses Werkzeug ausgeschaltet.</translation>
        </message>
        <message>
            <source>The picture could not be looked through</source>
            <translation>Das Bild konnte nicht durchgesehen werden</translation>
        </message>
        <message>
            <source>The picture could not be saved as {file}.</source>
            <translation>Das Bild konnte nicht als {file} gesichert werden.</translation>
        </message>
        <message>
            <source>The picture could not be saved in {folder}.</source>
            <translation>Das Bild konnte nicht in {folder} gesichert werden.</translation>
        </message>
        <message>
            <source>The picture did not arrive within {seconds} seconds.</source>
            <translation>Das Bild ist nicht innerhalb von {seconds} Sekunden angekommen.</translation>
        </message>
        <message>
            <source>The picture has more than {most} million pixels.</source>
            <translation>Das Bild hat mehr als {most} Millionen Pixel.</translation>
        </message>
        <message>
            <source>The picture in another language</source>
            <translation>Das Bild in einer anderen Sprache</translation>
        </message>
        <message>
            <source>The picture in the line</source>
            <translation>Das Bild in der Zeile</translation>
        </message>
        <message>
            <source>The picture in the line is not written as base64.</source>
            <translation>Das Bild in der Zeile ist nicht als Base64 geschrieben.</translation>
        </message>
        <message>
            <source>The picture is on this computer or near it, where no service can fetch it: {host}.</source>
            <translation>Das Bild liegt auf diesem Computer oder in dessen Netz, wo kein Dienst es holen kann: {host}.</translation>
        </message>
        <message>
            <source>The picture is too large for the text reader.</source>
            <translation>Das Bild ist zu groß für den Textleser.</translation>
        </message>
        <message>
            <source>The picture is too large to open.</source>
            <translation>Das Bild ist zu groß zum Öffnen.</translation>
        </message>
        <message>
            <source>The picture {name} cannot be read: {reason}.</source>
            <translation>Das Bild {name} kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>The picture {name} is larger than {most} MB.</source>
            <translation>Das Bild {name} ist größer als {most} MB.</translation>
        </message>
        <message>
            <source>The picture {name} is not on this computer.</source>
            <translation>Das Bild {name} ist nicht auf diesem Computer.</translation>
        </message>
        <message>
            <source>The pictures are identical.</source>
            <translation>Die Bilder sind identisch.</translation>
        </message>
        <message>
            <source>The pictures could not be looked through for what should be hidden; nothing was sent.</source>
            <translation>Die Bilder konnten nicht auf das durchgesehen werden, was verborgen werden soll; nichts wurde gesendet.</translation>
        </message>
        <message>
            <source>The pictures have different sizes.</source>
            <translation>Die Bilder haben verschiedene Größen.</translation>
        </message>
        <message>
            <source>The pictures have different sizes; the second was compared at the size of the first.</source>
            <translation>Die Bilder haben verschiedene Größen; das zweite wurde in der Größe des ersten verglichen.</translation>
        </message>
        <message>
            <source>The place where this was captured lies on no screen any more.</source>
            <translation>Die Stelle, an der dies aufgenommen wurde, liegt auf keinem Bildschirm mehr.</translation>
        </message>
        <message>
            <source>The plugin or the server has changed while the call waited; it was not run.</source>
            <translation>Das Plugin oder der Server hat sich geändert, während der Aufruf wartete; er wurde nicht ausgeführt.</translation>
        </message>
        <message>
            <source>The plugin {name} did not start within {seconds} seconds.</source>
            <translation>Das Plugin {name} ist nicht innerhalb von {seconds} Sekunden gestartet.</translation>
        </message>
        <message>
            <source>The plugin {name} does not say which tools it has.</source>
            <translation>Das Plugin {name} sagt nicht, welche Werkzeuge es hat.</translation>
        </message>
        <message>
            <source>The plugin {name} has changed just now.</source>
            <translation>Das Plugin {name} hat sich gerade geändert.</translation>
        </message>
        <message>
            <source>The plugin {name} has no folder to work in: {reason}.</source>
            <translation>Das Plugin {name} hat keinen Ordner, in dem es arbeiten kann: {reason}.</translation>
        </message>
        <message>
            <source>The plugin {name} stopped unexpectedly ({reason}).</source>
            <translation>Das Plugin {name} hat unerwartet aufgehört ({reason}).</translation>
        </message>
        <message>
            <source>The plugin {name} wrote where only Kireji's protocol may be, and was ended.</source>
            <translation>Das Plugin {name} hat dorthin geschrieben, wo nur Kirejis Protokoll stehen darf, und wurde beendet.</translation>
        </message>
        <message>
            <source>The pointer is on no screen.</source>
            <translation>Der Zeiger ist auf keinem Bildschirm.</translation>
        </message>
        <message>
            <source>The policy does not let it pass.</source>
            <translation>Die Richtlinie lässt es nicht durch.</translation>
        </message>
        <message>
            <source>The policy has no category {name}.</source>
            <translation>Die Richtlinie hat keine Kategorie {name}.</translation>
        </message>
        <message>
            <source>The policy is longer than {count} KB.</source>
            <translation>Die Richtlinie ist länger als {count} KB.</translation>
        </message>
        <message>
            <source>The policy of this job cannot be read any more.</source>
            <translation>Die Richtlinie dieser Aufgabe lässt sich nicht mehr lesen.</translation>
        </message>
        <message>
            <source>The policy says what is done then. Another model may judge it.</source>
            <translation>Die Richtlinie sagt, was dann geschieht. Ein anderes Modell beurteilt es vielleicht.</translation>
        </message>
        <message>
            <source>The policy {name}{where} cannot be used: {reason}</source>
            <translation>Die Richtlinie {name}{where} ist nicht verwendbar: {reason}</translation>
        </message>
        <message>
            <source>The policy “{title}” that came with Kireji holds again.</source>
            <translation>Die mit Kireji gelieferte Richtlinie „{title}“ gilt wieder.</translation>
        </message>
        <message>
            <source>The policy's name may only have small letters, digits and hyphens between them, 64 at most.</source>
            <translation>Der Name der Richtlinie darf nur Kleinbuchstaben, Ziffern und Bindestriche dazwischen haben, höchstens 64.</translation>
        </message>
        <message>
            <source>The price of this model is unknown, so only the number of questions is limited.</source>
            <translation>Der Preis dieses Modells ist nicht bekannt, deshalb ist nur die Zahl der Fragen begrenzt.</translation>
        </message>
        <message>
            <source>The price of {name} is unknown, so no budget can hold for it; nothing was sent.</source>
            <translation>Der Preis von {name} ist nicht bekannt, deshalb kann kein Budget dafür gelten; nichts wurde gesendet.</translation>
        </message>
        <message>
            <source>The program in front takes no keys from others.</source>
            <translation>Das Programm vorn nimmt keine Tasten von anderen an.</translation>
        </message>
        <message>
            <source>The program is ending.</source>
            <translation>Das Programm endet gerade.</translation>
        </message>
        <message>
            <source>The program that holds the clipboard does not answer.</source>
            <translation>Das Programm, das die Zwischenablage hält, antwortet nicht.</translation>
        </message>
        <message>
            <source>The program {path} is not there.</source>
            <translation>Das Programm {path} gibt es nicht.</translation>
        </message>
        <message>
            <source>The program “{command}” was not found. It was looked for in {folders}.</source>
            <translation>Das Programm „{command}“ wurde nicht gefunden. Gesucht wurde in {folders}.</translation>
        </message>
        <message>
            <source>The prompt is empty.</source>
            <translation>Der Prompt ist leer.</translation>
        </message>
        <message>
            <source>The prompt names a column that is not there.</source>
            <translation>Der Prompt nennt eine Spalte, die es nicht gibt.</translation>
        </message>
        <message>
            <source>The prompt names no column, so every row would ask the same.</source>
            <translation>Der Prompt nennt keine Spalte, deshalb würde jede Zeile dasselbe fragen.</translation>
        </message>
        <message>
            <source>The prompt {name} cannot be saved: {reason}.</source>
            <translation>Die Schnellfrage {name} lässt sich nicht sichern: {reason}.</translation>
        </message>
        <message>
            <source>The prompt {name} has no variable {variable}.</source>
            <translation>Die Schnellfrage {name} hat keine Variable {variable}.</translation>
        </message>
        <message>
            <source>The prompt {name} needs a value for {names}.</source>
            <translation>Die Schnellfrage {name} braucht einen Wert für {names}.</translation>
        </message>
        <message>
            <source>The prompt “{title}” that came with Kireji holds again.</source>
            <translation>Die mit Kireji gelieferte Schnellfrage „{title}“ gilt wieder.</translation>
        </message>
        <message>
            <source>The proxy</source>
            <translation>Der Proxy</translation>
        </message>
        <message>
            <source>The proxy asks for a name and a password.</source>
            <translation>Der Proxy verlangt Namen und Passwort.</translation>
        </message>
        <message>
            <source>The proxy cannot be used for servers of tools.</source>
            <translation>Der Proxy kann für Server von Werkzeugen nicht verwendet werden.</translation>
        </message>
        <message>
            <source>The proxy does not let {host} through.</source>
            <translation>Der Proxy lässt {host} nicht durch.</translation>
        </message>
        <message>
            <source>The proxy {address} does not answer.</source>
            <translation>Der Proxy {address} antwortet nicht.</translation>
        </message>
        <message>
            <source>The question is no longer in this conversation.</source>
            <translation>Die Frage ist nicht mehr in dieser Unterhaltung.</translation>
        </message>
        <message>
            <source>The question was not sent.</source>
            <translation>Die Frage wurde nicht gesendet.</translation>
        </message>
        <message>
            <source>The queue of jobs in {path} is damaged.</source>
            <translation>Die Warteschlange der Aufgaben in {path} ist beschädigt.</translation>
        </message>
        <message>
            <source>The reading was stopped; nothing of it was kept.</source>
            <translation>Das Lesen wurde angehalten; nichts davon wurde behalten.</translation>
        </message>
        <message>
            <source>The region has changed</source>
            <translation>Der Bereich hat sich geändert</translation>
        </message>
        <message>
            <source>The region has changed more than {per_hour} times in an hour and is not watched any more. Watch a smaller region, or begin again later.</source>
            <translation>Der Bereich hat sich mehr als {per_hour}-mal in einer Stunde geändert und wird nicht mehr beobachtet. Einen kleineren Bereich beobachten oder später neu beginnen.</translation>
        </message>
        <message>
            <source>The region has changed.</source>
            <translation>Der Bereich hat sich geändert.</translation>
        </message>
        <message>
            <source>The region is not watched any more.</source>
            <translation>Der Bereich wird nicht mehr beobachtet.</translation>
        </message>
        <message>
            <source>The region {rect} has nothing of the screen in it.</source>
            <translation>Im Bereich {rect} liegt nichts vom Bildschirm.</translation>
        </message>
        <message>
            <source>The region {rect} lies outside every screen.</source>
            <translation>Der Bereich {rect} liegt außerhalb aller Bildschirme.</translation>
        </message>
        <message>
            <source>The registry cannot be read.</source>
            <translation>Die Registrierung kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>The registry cannot be written.</source>
            <translation>Die Registrierung kann nicht geschrieben werden.</translation>
        </message>
        <message>
            <source>The results broke off before their end.</source>
            <translation>Die Ergebnisse brachen vor ihrem Ende ab.</translation>
        </message>
        <message>
            <source>The results of a batch of {rows} rows do not end.</source>
            <translation>Die Ergebnisse eines Stapels nehmen kein Ende (Zeilen: {rows}).</translation>
        </message>
        <message>
            <source>The results of the batches that it could be cannot be read any more.</source>
            <translation>Die Ergebnisse der Stapel, die es sein könnten, lassen sich nicht mehr lesen.</translation>
        </message>
        <message>
            <source>The row before</source>
            <translation>Die Zeile davor</translation>
        </message>
        <message>
            <source>The row before (K)</source>
            <translation>Die Zeile davor (K)</translation>
        </message>
        <message>
            <source>The row cannot be read: {reason}.</source>
            <translation>Die Zeile kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>The row has no cell “{column}”.</source>
            <translation>Der Zeile fehlt die Zelle „{column}“.</translation>
        </message>
        <message>
            <source>The row has {cells} cells, the table {columns} columns.</source>
            <translation>Zellen der Zeile: {cells}; Spalten der Tabelle: {columns}.</translation>
        </message>
        <message>
            <source>The row has {count} pictures, and {model} takes {most} at most.</source>
            <translation>Die Zeile hat {count} Bilder, und {model} nimmt höchstens {most}.</translation>
        </message>
        <message>
            <source>The row is not UTF-8.</source>
            <translation type="vanished">Die Zeile ist kein UTF-8.</translation>
        </message>
        <message>
            <source>The row is not UTF-8. Save the table as CSV UTF-8.</source>
            <translation>Die Zeile ist kein UTF-8. Die Tabelle als CSV UTF-8 sichern.</translation>
        </message>
        <message>
            <source>The rules need too much work for this; the rest of an answer would not be shown.</source>
            <translation>Die Regeln brauchen hierfür zu viel Rechenarbeit; der Rest einer Antwort würde nicht gezeigt.</translation>
        </message>
        <message>
            <source>The rules were changed since then, and the version was not counted up.</source>
            <translation>Die Regeln wurden seitdem geändert, die Version aber nicht erhöht.</translation>
        </message>
        <message>
            <source>The same for the edges that Ctrl and Alt move</source>
            <translation>Dasselbe für die Kanten, die Ctrl und Alt verschieben</translation>
        </message>
        <message>
            <source>The same region again</source>
            <translation>Noch einmal derselbe Bereich</translation>
        </message>
        <message>
            <source>The same request as row {number}; it was asked once.</source>
            <translation>Dieselbe Anfrage wie Zeile {number}; sie wurde einmal gefragt.</translation>
        </message>
        <message>
            <source>The same text is an example and a counterexample of {category}.</source>
            <translation>Derselbe Text ist Beispiel und Gegenbeispiel von {category}.</translation>
        </message>
        <message>
            <source>The same text stands there twice.</source>
            <translation>Derselbe Text steht dort zweimal.</translation>
        </message>
        <message>
            <source>The schema cannot be used: line {line}, {place}: {reason}.</source>
            <translation>Das Schema ist nicht verwendbar: Zeile {line}, {place}: {reason}.</translation>
        </message>
        <message>
            <source>The schema cannot be used: {reason}.</source>
            <translation>Das Schema ist nicht verwendbar: {reason}.</translation>
        </message>
        <message>
            <source>The schema does not say what stands in {place}.</source>
            <translation>Das Schema sagt nicht, was in {place} steht.</translation>
        </message>
        <message>
            <source>The schema has a choice without choices.</source>
            <translation>Das Schema hat eine Auswahl ohne Auswahlmöglichkeiten.</translation>
        </message>
        <message>
            <source>The schema is larger than 1 MB.</source>
            <translation>Das Schema ist größer als 1 MB.</translation>
        </message>
        <message>
            <source>The schema is nested too deeply.</source>
            <translation>Das Schema ist zu tief verschachtelt.</translation>
        </message>
        <message>
            <source>The schema is not a JSON object.</source>
            <translation>Das Schema ist kein JSON-Objekt.</translation>
        </message>
        <message>
            <source>The schema is not complete.</source>
            <translation>Das Schema ist nicht vollständig.</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: it is no UTF-8 text, or nested too deeply.</source>
            <translation>Das Schema ist kein gültiges JSON: Es ist kein UTF-8-Text oder zu tief verschachtelt.</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: line {line}: {reason}.</source>
            <translation>Das Schema ist kein gültiges JSON: Zeile {line}: {reason}.</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: {reason}.</source>
            <translation>Das Schema ist kein gültiges JSON: {reason}.</translation>
        </message>
        <message>
            <source>The schema is too large to be asked for.</source>
            <translation>Das Schema ist zu groß, um danach zu fragen.</translation>
        </message>
        <message>
            <source>The schema must be that of an object or of a list of objects.</source>
            <translation>Das Schema muss das eines Objekts oder einer Liste von Objekten sein.</translation>
        </message>
        <message>
            <source>The schema names more than {most} values.</source>
            <translation>Das Schema nennt mehr als {most} Werte.</translation>
        </message>
        <message>
            <source>The schema names nothing that could be extracted.</source>
            <translation>Das Schema nennt nichts, was sich entnehmen ließe.</translation>
        </message>
        <message>
            <source>The schema refers to {reference}, which does not stand in it.</source>
            <translation>Das Schema verweist auf {reference}, was nicht darin steht.</translation>
        </message>
        <message>
            <source>The screen cannot be captured here.</source>
            <translation>Der Bildschirm kann hier nicht aufgenommen werden.</translation>
        </message>
        <message>
            <source>The screen could not be captured.</source>
            <translation>Der Bildschirm konnte nicht aufgenommen werden.</translation>
        </message>
        <message>
            <source>The screens have changed, so the capture was closed. Press the shortcut to start again.</source>
            <translation>Die Bildschirme haben sich geändert, deshalb wurde die Aufnahme geschlossen. Mit dem Tastenkürzel neu beginnen.</translation>
        </message>
        <message>
            <source>The second picture shows a part of the first, or the same scrolled.</source>
            <translation>Das zweite Bild zeigt einen Teil des ersten oder dasselbe gescrollt.</translation>
        </message>
        <message>
            <source>The second picture shows a part of the first, or the same scrolled; only what both show was compared.</source>
            <translation>Das zweite Bild zeigt einen Teil des ersten oder dasselbe gescrollt; nur was beide zeigen, wurde verglichen.</translation>
        </message>
        <message>
            <source>The secret of the webhook is not one: it begins with whsec_, and Base64 follows.</source>
            <translation>Das Geheimnis des Webhooks ist keines: Es beginnt mit whsec_, und Base64 folgt.</translation>
        </message>
        <message>
            <source>The secret that messages are signed with is in the keychain.</source>
            <translation>Das Geheimnis, mit dem Nachrichten signiert werden, ist im Schlüsselbund.</translation>
        </message>
        <message>
            <source>The selected text</source>
            <translation>Der ausgewählte Text</translation>
        </message>
        <message>
            <source>The selected text can be had here only by pressing the copy keys.</source>
            <translation>Der markierte Text ist hier nur durch Drücken der Kopiertasten zu haben.</translation>
        </message>
        <message>
            <source>The server is removed, but its secrets are still in the keychain: {why}</source>
            <translation>Der Server ist entfernt, aber seine Geheimnisse sind noch im Schlüsselbund: {why}</translation>
        </message>
        <message>
            <source>The service accepts this key.</source>
            <translation>Der Dienst nimmt diesen Schlüssel an.</translation>
        </message>
        <message>
            <source>The service counts…</source>
            <translation>Der Dienst zählt…</translation>
        </message>
        <message>
            <source>The service does not know a batch that it had taken. If the key or the address was changed to another account's, change it back and resume the job.</source>
            <translation>Der Dienst kennt einen Stapel nicht, den er angenommen hatte. Wurden Schlüssel oder Adresse auf ein anderes Konto geändert, sie zurückändern und die Aufgabe fortsetzen.</translation>
        </message>
        <message>
            <source>The service does not list its batches: {why}</source>
            <translation>Der Dienst listet seine Stapel nicht auf: {why}</translation>
        </message>
        <message>
            <source>The service does not take this conversation's earlier reasoning back.</source>
            <translation>Der Dienst nimmt die früheren Überlegungen dieser Unterhaltung nicht zurück.</translation>
        </message>
        <message>
            <source>The service gave no answer and no reason.</source>
            <translation>Der Dienst gab weder Antwort noch Grund an.</translation>
        </message>
        <message>
            <source>The service has deleted the results: it keeps them for 29 days.</source>
            <translation>Der Dienst hat die Ergebnisse gelöscht: Er bewahrt sie 29 Tage auf.</translation>
        </message>
        <message numerus="yes">
            <source>The service may have these {n} rows already. Sent again, they may be paid for twice.</source>
            <extracomment>The service may have 1 row already. Sent again, it may be paid for twice.</extracomment>
            <translation>
                <numerusform>Vielleicht hat der Dienst die Zeile schon. Noch einmal gesendet, wird sie vielleicht zweimal bezahlt.</numerusform>
                <numerusform>Vielleicht hat der Dienst diese {n} Zeilen schon. Noch einmal gesendet, werden sie vielleicht zweimal bezahlt.</numerusform>
            </translation>
        </message>
        <message>
            <source>The service mixed results of others into a batch, and some of its own are missing.</source>
            <translation>Der Dienst hat fremde Ergebnisse in einen Stapel gemischt, und einige eigene fehlen.</translation>
        </message>
        <message>
            <source>The service refused the whole batch.</source>
            <translation>Der Dienst hat den ganzen Stapel abgelehnt.</translation>
        </message>
        <message numerus="yes">
            <source>The service takes its time, {n} hours at most; the answers are kept for you meanwhile.</source>
            <extracomment>The service takes its time, an hour at most; the answers are kept for you meanwhile.</extracomment>
            <translation>
                <numerusform>Der Dienst nimmt sich Zeit, höchstens eine Stunde; die Antworten werden unterdessen für Sie aufbewahrt.</numerusform>
                <numerusform>Der Dienst nimmt sich Zeit, höchstens {n} Stunden; die Antworten werden unterdessen für Sie aufbewahrt.</numerusform>
            </translation>
        </message>
        <message>
            <source>The service's answer to {rows} rows was lost. Whether it has them, its own list will show; they are not sent twice.</source>
            <translation>Die Antwort des Dienstes auf das Senden ging verloren (Zeilen: {rows}). Ob er sie hat, wird seine eigene Liste zeigen; sie werden nicht zweimal gesendet.</translation>
        </message>
        <message>
            <source>The services were asked to cancel. Wait until the page of jobs says that they have.</source>
            <translation>Die Dienste wurden gebeten abzubrechen. Warten, bis die Seite der Aufgaben sagt, dass es geschehen ist.</translation>
        </message>
        <message>
            <source>The set has more than {count} items.</source>
            <translation>Der Satz hat mehr als {count} Einträge.</translation>
        </message>
        <message>
            <source>The set has no such item any more.</source>
            <translation>Der Satz hat diesen Eintrag nicht mehr.</translation>
        </message>
        <message>
            <source>The set is empty.</source>
            <translation>Der Satz ist leer.</translation>
        </message>
        <message>
            <source>The set is longer than {count} MB.</source>
            <translation>Der Satz ist länger als {count} MB.</translation>
        </message>
        <message>
            <source>The set {name} cannot be used with this policy.</source>
            <translation>Der Satz {name} ist mit dieser Richtlinie nicht verwendbar.</translation>
        </message>
        <message>
            <source>The settings, the tools or the program have changed since, or a stop text went along.</source>
            <translation type="vanished">Die Einstellungen, die Werkzeuge oder das Programm haben sich seither geändert, oder ein Stopptext ging mit.</translation>
        </message>
        <message>
            <source>The shortcut cannot be held here.</source>
            <translation>Das Tastenkürzel kann hier nicht gehalten werden.</translation>
        </message>
        <message>
            <source>The shortcuts were declined in the desktop's dialog.</source>
            <translation>Die Tastenkürzel wurden im Dialog des Desktops abgelehnt.</translation>
        </message>
        <message>
            <source>The sign-in was declined in the browser.</source>
            <translation>Die Anmeldung wurde im Browser abgelehnt.</translation>
        </message>
        <message>
            <source>The signature of the list of versions is wrong: somebody has changed it, or it was damaged.</source>
            <translation>Die Signatur der Liste der Versionen stimmt nicht: Jemand hat sie verändert, oder sie wurde beschädigt.</translation>
        </message>
        <message>
            <source>The summary is attached to your next question, where you can read, change or remove it.</source>
            <translation>Die Zusammenfassung wird an Ihre nächste Frage angehängt; dort können Sie sie lesen, ändern oder entfernen.</translation>
        </message>
        <message>
            <source>The table has more than one column “{name}”.</source>
            <translation>Die Tabelle hat mehr als eine Spalte „{name}“.</translation>
        </message>
        <message>
            <source>The table has no column “{name}”.</source>
            <translation>Die Tabelle hat keine Spalte „{name}“.</translation>
        </message>
        <message>
            <source>The table has no column “{name}”; did you mean “{meant}”?</source>
            <translation>Die Tabelle hat keine Spalte „{name}“; ist „{meant}“ gemeint?</translation>
        </message>
        <message>
            <source>The text for {variable} is longer than {most} characters.</source>
            <translation>Der Text für {variable} ist länger als {most} Zeichen.</translation>
        </message>
        <message>
            <source>The text has errors. What is shown here is what it said before them.</source>
            <translation>Der Text hat Fehler. Hier wird gezeigt, was er davor sagte.</translation>
        </message>
        <message>
            <source>The text has {count} characters; at most {most} can be translated at once.</source>
            <translation>Der Text hat {count} Zeichen; höchstens {most} lassen sich auf einmal übersetzen.</translation>
        </message>
        <message>
            <source>The text in the picture could not be read on this computer, so nobody knows whether the values stand there.</source>
            <translation>Der Text im Bild ließ sich auf diesem Computer nicht lesen, deshalb weiß niemand, ob die Werte dort stehen.</translation>
        </message>
        <message>
            <source>The text in these pictures could not be read on this computer, so nobody knows whether the values stand there: {names}.</source>
            <translation>Der Text in diesen Bildern ließ sich auf diesem Computer nicht lesen, deshalb weiß niemand, ob die Werte dort stehen: {names}.</translation>
        </message>
        <message>
            <source>The text is longer than a cell of a spreadsheet can hold, and is cut.</source>
            <translation>Der Text ist länger, als eine Zelle einer Tabellenkalkulation fasst, und wird abgeschnitten.</translation>
        </message>
        <message>
            <source>The text is longer than {count} letters, which no model reads.</source>
            <translation>Der Text ist länger als {count} Buchstaben; so viel liest kein Modell.</translation>
        </message>
        <message>
            <source>The text is longer than {most} MB.</source>
            <translation>Der Text ist länger als {most} MB.</translation>
        </message>
        <message>
            <source>The text is on the clipboard.</source>
            <translation>Der Text ist in der Zwischenablage.</translation>
        </message>
        <message>
            <source>The text of one: {command}</source>
            <translation>Der Text eines Teils: {command}</translation>
        </message>
        <message>
            <source>The text of the policy has errors. Correct them first.</source>
            <translation>Der Text der Richtlinie hat Fehler. Sie zuerst berichtigen.</translation>
        </message>
        <message>
            <source>The text reader cannot open this picture.</source>
            <translation>Der Textleser kann dieses Bild nicht öffnen.</translation>
        </message>
        <message>
            <source>The text reader could not be started.</source>
            <translation>Der Textleser konnte nicht gestartet werden.</translation>
        </message>
        <message>
            <source>The text reader gave an answer that makes no sense and was ended.</source>
            <translation>Der Textleser gab eine sinnlose Antwort und wurde beendet.</translation>
        </message>
        <message>
            <source>The text reader gave no answer for {silence_seconds} seconds and was ended.</source>
            <translation>Der Textleser hat {silence_seconds} Sekunden lang nicht geantwortet und wurde beendet.</translation>
        </message>
        <message>
            <source>The text reader is not installed ({missing}).</source>
            <translation>Der Textleser ist nicht installiert ({missing}).</translation>
        </message>
        <message>
            <source>The text reader is not installed completely.</source>
            <translation>Der Textleser ist nicht vollständig installiert.</translation>
        </message>
        <message>
            <source>The text reader on this computer stopped unexpectedly.</source>
            <translation>Der Textleser auf diesem Computer hat sich unerwartet beendet.</translation>
        </message>
        <message>
            <source>The text reader was closed.</source>
            <translation>Der Textleser wurde geschlossen.</translation>
        </message>
        <message>
            <source>The text that is judged, such as {{text}}; empty judges the picture alone.</source>
            <translation>Der Text, der beurteilt wird, etwa {{text}}; leer wird nur das Bild beurteilt.</translation>
        </message>
        <message>
            <source>The text that is rewritten</source>
            <translation>Der Text, der umgeschrieben wird</translation>
        </message>
        <message>
            <source>The text to ask about</source>
            <translation>Der Text, nach dem gefragt wird</translation>
        </message>
        <message>
            <source>The tool did not answer within {seconds} seconds; it was ended.</source>
            <translation>Das Werkzeug hat nicht innerhalb von {seconds} Sekunden geantwortet; es wurde beendet.</translation>
        </message>
        <message>
            <source>The tool was ended before it had answered.</source>
            <translation>Das Werkzeug wurde beendet, bevor es geantwortet hatte.</translation>
        </message>
        <message>
            <source>The tool {name} could not be started in time.</source>
            <translation>Das Werkzeug {name} konnte nicht rechtzeitig gestartet werden.</translation>
        </message>
        <message>
            <source>The transport sse is outdated and not spoken here. Most such servers also answer at an address that ends with /mcp: enter that with "type": "http".</source>
            <translation>Der Transport sse ist veraltet und wird hier nicht gesprochen. Die meisten solchen Server antworten auch unter einer Adresse, die mit /mcp endet: diese mit "type": "http" eintragen.</translation>
        </message>
        <message>
            <source>The type {kind} is unknown. Use "stdio" or "http".</source>
            <translation>Der Typ {kind} ist unbekannt. "stdio" oder "http" verwenden.</translation>
        </message>
        <message>
            <source>The url must begin with https:// or http:// and name a host.</source>
            <translation>Die url muss mit https:// oder http:// beginnen und einen Host nennen.</translation>
        </message>
        <message>
            <source>The url or a header cannot be sent as it stands.</source>
            <translation>Die url oder ein Header kann so nicht gesendet werden.</translation>
        </message>
        <message>
            <source>The usual policy</source>
            <translation>Die übliche Richtlinie</translation>
        </message>
        <message>
            <source>The variable {name} is not set.</source>
            <translation>Die Variable {name} ist nicht gesetzt.</translation>
        </message>
        <message>
            <source>The verdict is coming…</source>
            <translation>Das Urteil kommt…</translation>
        </message>
        <message>
            <source>The version before</source>
            <translation>Die Fassung davor</translation>
        </message>
        <message>
            <source>The webhook has no secret to sign with, so nothing is sent to it.</source>
            <translation>Der Webhook hat kein Geheimnis zum Signieren, deshalb wird ihm nichts gesendet.</translation>
        </message>
        <message>
            <source>The windows are not known on this desktop. Drag to cut out a region.</source>
            <translation>Die Fenster sind auf diesem Desktop nicht bekannt. Durch Ziehen einen Bereich ausschneiden.</translation>
        </message>
        <message>
            <source>The windows of other programs are not told here.</source>
            <translation>Die Fenster anderer Programme sind hier nicht bekannt.</translation>
        </message>
        <message>
            <source>The words of every text or picture in another language.</source>
            <translation>Die Worte jedes Textes oder Bildes in einer anderen Sprache.</translation>
        </message>
        <message>
            <source>The {count} requests in the ledger hold together, but nothing says whether some are missing at its end.</source>
            <translation>Die {count} Anfragen im Journal passen zueinander, aber nichts sagt, ob am Ende welche fehlen.</translation>
        </message>
        <message>
            <source>The {kind} file is damaged.</source>
            <translation>Die {kind}-Datei ist beschädigt.</translation>
        </message>
        <message>
            <source>Their files are only read. What is there under the same name stays as it is.</source>
            <translation>Ihre Dateien werden nur gelesen. Was es unter demselben Namen schon gibt, bleibt, wie es ist.</translation>
        </message>
        <message>
            <source>There already: {names}.</source>
            <translation>Schon vorhanden: {names}.</translation>
        </message>
        <message>
            <source>There are both a command and a url. Keep one of them.</source>
            <translation>Es gibt sowohl einen command als auch eine url. Eines davon behalten.</translation>
        </message>
        <message>
            <source>There are more than {count} policies; this one and those after it are left out.</source>
            <translation>Es gibt mehr als {count} Richtlinien; diese und die folgenden werden ausgelassen.</translation>
        </message>
        <message>
            <source>There are more than {count} {key}.</source>
            <translation>Es gibt mehr als {count} {key}.</translation>
        </message>
        <message>
            <source>There are more than {most} files; choose a smaller folder.</source>
            <translation>Es sind mehr als {most} Dateien; einen kleineren Ordner wählen.</translation>
        </message>
        <message>
            <source>There are no captures yet.</source>
            <translation>Es gibt noch keine Aufnahmen.</translation>
        </message>
        <message>
            <source>There are no captures yet. Capture something, then choose this again.</source>
            <translation>Es gibt noch keine Aufnahmen. Etwas aufnehmen und dies noch einmal wählen.</translation>
        </message>
        <message>
            <source>There are no certificates (PEM) in this file. Choose another one, or remove it here.</source>
            <translation>In dieser Datei sind keine Zertifikate (PEM). Eine andere wählen oder sie hier entfernen.</translation>
        </message>
        <message>
            <source>There are no conversations in {name}.</source>
            <translation>In {name} sind keine Unterhaltungen.</translation>
        </message>
        <message>
            <source>There are no jobs yet. Make one with: kireji batch add FILE</source>
            <translation>Es gibt noch keine Aufgaben. Eine anlegen mit: kireji batch add FILE</translation>
        </message>
        <message>
            <source>There are no messages in it.</source>
            <translation>Darin sind keine Nachrichten.</translation>
        </message>
        <message>
            <source>There are no others yet.</source>
            <translation>Es gibt noch keine anderen.</translation>
        </message>
        <message>
            <source>There are no pictures in {folder}.</source>
            <translation>In {folder} sind keine Bilder.</translation>
        </message>
        <message>
            <source>There are no rows.</source>
            <translation>Es gibt keine Zeilen.</translation>
        </message>
        <message>
            <source>There are no tools yet.</source>
            <translation>Es gibt noch keine Werkzeuge.</translation>
        </message>
        <message>
            <source>There are no words in it.</source>
            <translation>Es sind keine Wörter darin.</translation>
        </message>
        <message>
            <source>There are pictures in it, which do not fit into one JSON file.</source>
            <translation>Darin sind Bilder, die nicht in eine einzelne JSON-Datei passen.</translation>
        </message>
        <message>
            <source>There are pictures in it, which do not fit into one Markdown file.</source>
            <translation>Darin sind Bilder, die nicht in eine einzelne Markdown-Datei passen.</translation>
        </message>
        <message>
            <source>There are several tables in the file, with an empty line between them; .xlsx keeps them apart.</source>
            <translation>In der Datei sind mehrere Tabellen mit einer leeren Zeile dazwischen; .xlsx hält sie auseinander.</translation>
        </message>
        <message>
            <source>There are two plugins with the name {name}: {first} is used, and {second} is not. Rename one of them.</source>
            <translation>Es gibt zwei Plugins mit dem Namen {name}: {first} wird verwendet, {second} nicht. Eines davon umbenennen.</translation>
        </message>
        <message>
            <source>There are two with the id {name}.</source>
            <translation>Es gibt zwei mit der Kennung {name}.</translation>
        </message>
        <message>
            <source>There are two with the name {name}.</source>
            <translation>Es gibt zwei mit dem Namen {name}.</translation>
        </message>
        <message>
            <source>There is a key for {name} for this session.</source>
            <translation>Es gibt einen Schlüssel für {name} für diese Sitzung.</translation>
        </message>
        <message>
            <source>There is a key for {name} in the environment ({variable}).</source>
            <translation>Es gibt einen Schlüssel für {name} in der Umgebung ({variable}).</translation>
        </message>
        <message>
            <source>There is a key for {name} in your keychain.</source>
            <translation>Es gibt einen Schlüssel für {name} im Schlüsselbund.</translation>
        </message>
        <message>
            <source>There is a server called {name} already.</source>
            <translation>Es gibt schon einen Server namens {name}.</translation>
        </message>
        <message>
            <source>There is a server called {name} already. Choose another name.</source>
            <translation>Es gibt schon einen Server namens {name}. Einen anderen Namen wählen.</translation>
        </message>
        <message>
            <source>There is an address for updates, but no key by which its list could be believed.</source>
            <translation>Es gibt eine Adresse für Updates, aber keinen Schlüssel, mit dem sich ihre Liste prüfen ließe.</translation>
        </message>
        <message>
            <source>There is an address, but no key by which its list could be believed. Enter one below.</source>
            <translation>Es gibt eine Adresse, aber keinen Schlüssel, mit dem sich ihre Liste prüfen ließe. Unten einen eingeben.</translation>
        </message>
        <message>
            <source>There is neither a command nor a url.</source>
            <translation>Es gibt weder einen command noch eine url.</translation>
        </message>
        <message>
            <source>There is neither a text nor a picture to judge.</source>
            <translation>Es gibt weder einen Text noch ein Bild zu beurteilen.</translation>
        </message>
        <message>
            <source>There is no answer</source>
            <translation>Es gibt keine Antwort</translation>
        </message>
        <message>
            <source>There is no batch service for {model}.</source>
            <translation>Für {model} gibt es keinen Stapeldienst.</translation>
        </message>
        <message>
            <source>There is no batch {batch}.</source>
            <translation>Es gibt keinen Stapel {batch}.</translation>
        </message>
        <message>
            <source>There is no conversation in it that can be read.</source>
            <translation>Es enthält keine Unterhaltung, die gelesen werden kann.</translation>
        </message>
        <message>
            <source>There is no conversation {conversation}.</source>
            <translation>Es gibt keine Unterhaltung {conversation}.</translation>
        </message>
        <message>
            <source>There is no conversation {number}.</source>
            <translation>Es gibt keine Unterhaltung {number}.</translation>
        </message>
        <message>
            <source>There is no display to hold a key combination on.</source>
            <translation>Es gibt keine Anzeige, auf der eine Tastenkombination gehalten werden könnte.</translation>
        </message>
        <message>
            <source>There is no display.</source>
            <translation>Es gibt keine Anzeige.</translation>
        </message>
        <message>
            <source>There is no earlier region yet. Drag to cut one out.</source>
            <translation>Es gibt noch keinen früheren Bereich. Durch Ziehen einen ausschneiden.</translation>
        </message>
        <message>
            <source>There is no file in it.</source>
            <translation>Darin ist keine Datei.</translation>
        </message>
        <message>
            <source>There is no folder {path}.</source>
            <translation>Es gibt keinen Ordner {path}.</translation>
        </message>
        <message>
            <source>There is no job {job}.</source>
            <translation>Es gibt keine Aufgabe {job}.</translation>
        </message>
        <message>
            <source>There is no job {number}.</source>
            <translation>Es gibt keine Aufgabe {number}.</translation>
        </message>
        <message>
            <source>There is no key and no model server, so nobody could answer the rows.</source>
            <translation>Es gibt weder Schlüssel noch Modellserver, deshalb könnte niemand die Zeilen beantworten.</translation>
        </message>
        <message>
            <source>There is no key and no server to test it with. Add one under Keys &amp; models; nothing is sent before.</source>
            <translation>Es gibt weder Schlüssel noch Server zum Testen. Unter „Schlüssel &amp; Modelle“ hinzufügen; vorher wird nichts gesendet.</translation>
        </message>
        <message>
            <source>There is no key for Anthropic.</source>
            <translation>Es gibt keinen Schlüssel für Anthropic.</translation>
        </message>
        <message>
            <source>There is no key for OpenRouter.</source>
            <translation>Es gibt keinen Schlüssel für OpenRouter.</translation>
        </message>
        <message>
            <source>There is no keychain on this computer that Kireji can use.</source>
            <translation>Auf diesem Computer gibt es keinen Schlüsselbund, den Kireji verwenden kann.</translation>
        </message>
        <message>
            <source>There is no list of versions to hold the file to.</source>
            <translation>Es gibt keine Liste der Versionen, an der sich die Datei prüfen ließe.</translation>
        </message>
        <message>
            <source>There is no part called {name}.</source>
            <translation>Es gibt keinen Teil mit dem Namen {name}.</translation>
        </message>
        <message>
            <source>There is no picture at this address.</source>
            <translation>Unter dieser Adresse ist kein Bild.</translation>
        </message>
        <message>
            <source>There is no picture in it.</source>
            <translation>Darin ist kein Bild.</translation>
        </message>
        <message>
            <source>There is no picture on the clipboard. Copy one, or choose a file.</source>
            <translation>In der Zwischenablage ist kein Bild. Eines kopieren oder eine Datei wählen.</translation>
        </message>
        <message>
            <source>There is no picture to be had from {host}.</source>
            <translation>Von {host} ist kein Bild zu haben.</translation>
        </message>
        <message>
            <source>There is no picture to take anything out of.</source>
            <translation>Es gibt kein Bild, dem etwas zu entnehmen wäre.</translation>
        </message>
        <message>
            <source>There is no picture {name}.</source>
            <translation>Es gibt kein Bild {name}.</translation>
        </message>
        <message>
            <source>There is no policy that can be used.</source>
            <translation>Es gibt keine Richtlinie, die verwendbar ist.</translation>
        </message>
        <message>
            <source>There is no policy {name}.</source>
            <translation>Es gibt keine Richtlinie {name}.</translation>
        </message>
        <message>
            <source>There is no provider {name}.</source>
            <translation>Es gibt keinen Anbieter {name}.</translation>
        </message>
        <message>
            <source>There is no quick prompt called {name}.</source>
            <translation>Es gibt keine Schnellfrage namens {name}.</translation>
        </message>
        <message>
            <source>There is no quick prompt {name}.</source>
            <translation>Es gibt keine Schnellfrage {name}.</translation>
        </message>
        <message>
            <source>There is no room for a copy of your data.</source>
            <translation>Für eine Kopie Ihrer Daten ist kein Platz.</translation>
        </message>
        <message>
            <source>There is no room for {name}.</source>
            <translation>Für {name} ist kein Platz.</translation>
        </message>
        <message>
            <source>There is no room left on the disk for {path}.</source>
            <translation>Auf dem Datenträger ist kein Platz mehr für {path}.</translation>
        </message>
        <message>
            <source>There is no room to open {name}.</source>
            <translation>Es ist kein Platz, um {name} zu öffnen.</translation>
        </message>
        <message>
            <source>There is no row in it that could be asked.</source>
            <translation>Darin ist keine Zeile, die gefragt werden könnte.</translation>
        </message>
        <message>
            <source>There is no row that could be tried again.</source>
            <translation>Es gibt keine Zeile, die wiederholt werden könnte.</translation>
        </message>
        <message>
            <source>There is no row {number} in this job.</source>
            <translation>In dieser Aufgabe gibt es keine Zeile {number}.</translation>
        </message>
        <message>
            <source>There is no row {number}.</source>
            <translation>Es gibt keine Zeile {number}.</translation>
        </message>
        <message>
            <source>There is no screen.</source>
            <translation>Es gibt keinen Bildschirm.</translation>
        </message>
        <message>
            <source>There is no server called {name}.</source>
            <translation>Es gibt keinen Server namens {name}.</translation>
        </message>
        <message>
            <source>There is no session bus here, so the desktop cannot be asked.</source>
            <translation>Hier gibt es keinen Sitzungsbus, deshalb kann der Desktop nicht gefragt werden.</translation>
        </message>
        <message>
            <source>There is no signing in to {provider} in the browser.</source>
            <translation>Bei {provider} gibt es keine Anmeldung im Browser.</translation>
        </message>
        <message>
            <source>There is no source of tools with the name {name}.</source>
            <translation>Es gibt keine Quelle von Werkzeugen mit dem Namen {name}.</translation>
        </message>
        <message>
            <source>There is no such row.</source>
            <translation>Diese Zeile gibt es nicht.</translation>
        </message>
        <message>
            <source>There is no such service at {host}.</source>
            <translation>Unter {host} gibt es keinen solchen Dienst.</translation>
        </message>
        <message>
            <source>There is no table in it.</source>
            <translation>Darin ist keine Tabelle.</translation>
        </message>
        <message>
            <source>There is no table in the picture.</source>
            <translation>Im Bild ist keine Tabelle.</translation>
        </message>
        <message>
            <source>There is no tool with the name {name}.</source>
            <translation>Es gibt kein Werkzeug mit dem Namen {name}.</translation>
        </message>
        <message>
            <source>There is no verdict to accept.</source>
            <translation>Es gibt kein Urteil, das anzunehmen wäre.</translation>
        </message>
        <message>
            <source>There is no verdict.</source>
            <translation>Es gibt kein Urteil.</translation>
        </message>
        <message>
            <source>There is no window under the pointer.</source>
            <translation>Unter dem Zeiger ist kein Fenster.</translation>
        </message>
        <message>
            <source>There is no {key}; each is a table that begins with [[{header}]].</source>
            <translation>Es gibt keine {key}; jede ist eine Tabelle, die mit [[{header}]] beginnt.</translation>
        </message>
        <message>
            <source>There is no {name} in {folder}.</source>
            <translation>In {folder} gibt es kein {name}.</translation>
        </message>
        <message>
            <source>There is no {path}.</source>
            <translation>{path} gibt es nicht.</translation>
        </message>
        <message>
            <source>There is no {what} {name}; did you mean {other}?</source>
            <translation>Nicht vorhanden: {what} {name}; war {other} gemeint?</translation>
        </message>
        <message>
            <source>There is no {what} {name}; there are: {known}.</source>
            <translation>Nicht vorhanden: {what} {name}; es gibt: {known}.</translation>
        </message>
        <message>
            <source>There is not enough memory to read this picture.</source>
            <translation>Der Speicher reicht nicht, um dieses Bild zu lesen.</translation>
        </message>
        <message>
            <source>There is nothing in it that can go along.</source>
            <translation>Es ist nichts darin, das mitgesendet werden kann.</translation>
        </message>
        <message>
            <source>There is nothing in it.</source>
            <translation>Es ist nichts darin.</translation>
        </message>
        <message>
            <source>There is nothing on it that was asked for.</source>
            <translation>Darauf ist nichts von dem, wonach gefragt wurde.</translation>
        </message>
        <message>
            <source>There is nothing to ask about in the clipboard. Copy text, a picture or a file first.</source>
            <translation>In der Zwischenablage ist nichts, wonach gefragt werden könnte. Zuerst einen Text, ein Bild oder eine Datei kopieren.</translation>
        </message>
        <message>
            <source>There is nothing to ask.</source>
            <translation>Es gibt nichts zu fragen.</translation>
        </message>
        <message>
            <source>There is nothing to compare this with.</source>
            <translation>Es gibt nichts, womit dies zu vergleichen wäre.</translation>
        </message>
        <message>
            <source>There is nothing to export.</source>
            <translation>Es gibt nichts zu exportieren.</translation>
        </message>
        <message>
            <source>There is nothing to judge. Write or paste the text, or attach a picture.</source>
            <translation>Es gibt nichts zu beurteilen. Den Text schreiben oder einfügen oder ein Bild anhängen.</translation>
        </message>
        <message>
            <source>There is nothing to judge: picture {number} is empty.</source>
            <translation>Es gibt nichts zu beurteilen: Bild {number} ist leer.</translation>
        </message>
        <message>
            <source>There is nothing to judge: the text is empty.</source>
            <translation>Es gibt nichts zu beurteilen: Der Text ist leer.</translation>
        </message>
        <message>
            <source>There is nothing to translate.</source>
            <translation>Es gibt nichts zu übersetzen.</translation>
        </message>
        <message>
            <source>There is one of this name already.</source>
            <translation>Es gibt schon einen mit diesem Namen.</translation>
        </message>
        <message>
            <source>There is something in the folder {path} already.</source>
            <translation>Im Ordner {path} ist schon etwas.</translation>
        </message>
        <message>
            <source>There is something that is not saved. Save it, or press Cancel.</source>
            <translation>Etwas ist nicht gesichert. Es sichern oder „Abbrechen“ drücken.</translation>
        </message>
        <message>
            <source>There is something that is not saved. Save it, or press Discard changes.</source>
            <translation>Etwas ist nicht gesichert. Es sichern oder „Änderungen verwerfen“ drücken.</translation>
        </message>
        <message>
            <source>There was no whole answer to the question before, so this waits:</source>
            <translation>Auf die Frage davor kam keine vollständige Antwort, deshalb wartet dies:</translation>
        </message>
        <message>
            <source>There was nothing new in the file.</source>
            <translation>In der Datei war nichts Neues.</translation>
        </message>
        <message>
            <source>These are more than {count} pictures.</source>
            <translation>Das sind mehr als {count} Bilder.</translation>
        </message>
        <message>
            <source>These are more than {most} cells, which no single table takes.</source>
            <translation>Das sind mehr als {most} Zellen; so viele fasst keine einzelne Tabelle.</translation>
        </message>
        <message>
            <source>These are the keys in use already.</source>
            <translation>Diese Tasten sind schon in Gebrauch.</translation>
        </message>
        <message>
            <source>These keys work anywhere, whatever program is in front. Kireji never sees any other key.</source>
            <translation>Diese Tasten wirken überall, gleich welches Programm vorn ist. Andere Tasten sieht Kireji nie.</translation>
        </message>
        <message>
            <source>They are decided with: kireji batch decide {id} --again, or --failed</source>
            <translation>Entschieden wird mit: kireji batch decide {id} --again oder --failed</translation>
        </message>
        <message>
            <source>They are read again.</source>
            <translation>Sie werden noch einmal gelesen.</translation>
        </message>
        <message>
            <source>They hold from the next question on.</source>
            <translation>Sie gelten ab der nächsten Frage.</translation>
        </message>
        <message>
            <source>They hold from the next question on. Changing them starts the cache anew, so the next answer costs more.</source>
            <translation>Sie gelten ab der nächsten Frage. Eine Änderung beginnt den Zwischenspeicher neu, deshalb kostet die nächste Antwort mehr.</translation>
        </message>
        <message>
            <source>They stand before every row; none are needed.</source>
            <translation>Sie stehen vor jeder Zeile; nötig sind keine.</translation>
        </message>
        <message>
            <source>They stand before everything you ask; each conversation can have its own.</source>
            <translation>Sie stehen vor allem, was gefragt wird; jede Unterhaltung kann eigene haben.</translation>
        </message>
        <message>
            <source>They stand before the conversation and hold until you change them.</source>
            <translation>Sie stehen vor der Unterhaltung und gelten, bis sie geändert werden.</translation>
        </message>
        <message>
            <source>Thick</source>
            <translation>Dick</translation>
        </message>
        <message>
            <source>Thin</source>
            <translation>Dünn</translation>
        </message>
        <message>
            <source>Thinking</source>
            <translation>Denkt nach</translation>
        </message>
        <message>
            <source>Thinking…</source>
            <translation>Denkt nach…</translation>
        </message>
        <message>
            <source>Thinking… {seconds} s</source>
            <translation>Denkt nach… {seconds} s</translation>
        </message>
        <message>
            <source>This address</source>
            <translation>Diese Adresse</translation>
        </message>
        <message>
            <source>This address is not the one that was allowed.</source>
            <translation>Diese Adresse ist nicht die, die erlaubt wurde.</translation>
        </message>
        <message>
            <source>This address is redirected into the local network, to {host}.</source>
            <translation>Diese Adresse wird in das lokale Netz umgeleitet, zu {host}.</translation>
        </message>
        <message>
            <source>This address is told when a job ends or needs you: its name, its numbers and what it cost, never what was asked or answered. Messages are signed as Standard Webhooks are.</source>
            <translation>Diese Adresse wird benachrichtigt, wenn eine Aufgabe endet oder auf Sie wartet: Name, Zahlen und Kosten, nie, was gefragt oder geantwortet wurde. Nachrichten sind nach Standard Webhooks signiert.</translation>
        </message>
        <message>
            <source>This address leads from one place to the next without end.</source>
            <translation>Diese Adresse führt ohne Ende von einem Ort zum nächsten.</translation>
        </message>
        <message>
            <source>This answer</source>
            <translation>Diese Antwort</translation>
        </message>
        <message>
            <source>This answer reached the most it may say.</source>
            <translation>Diese Antwort hat ihre größte Länge erreicht.</translation>
        </message>
        <message>
            <source>This answer was cut off before its end. What had arrived is kept.</source>
            <translation>Diese Antwort ist vor ihrem Ende abgebrochen. Was angekommen war, ist erhalten.</translation>
        </message>
        <message>
            <source>This answer was cut off before its first word.</source>
            <translation>Diese Antwort ist vor ihrem ersten Wort abgebrochen.</translation>
        </message>
        <message>
            <source>This branch is no longer in the history.</source>
            <translation>Dieser Zweig ist nicht mehr im Verlauf.</translation>
        </message>
        <message>
            <source>This call needs the person's permission, and nobody is there to give it.</source>
            <translation>Dieser Aufruf braucht die Erlaubnis der Person, und niemand ist da, um sie zu geben.</translation>
        </message>
        <message>
            <source>This cannot be changed from here. Change it in the text.</source>
            <translation>Dies lässt sich von hier aus nicht ändern. Es im Text ändern.</translation>
        </message>
        <message>
            <source>This cannot be read: {reason}.</source>
            <translation>Dies kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>This computer</source>
            <translation>Dieser Computer</translation>
        </message>
        <message>
            <source>This computer's own model servers are always reached directly.</source>
            <translation>Modellserver auf diesem Computer werden immer direkt erreicht.</translation>
        </message>
        <message>
            <source>This computer's own reader can only read the text in a picture, and this question has none. Cut out a piece of the screen, or add a key in the settings to ask a model.</source>
            <translation>Dieser Computer selbst kann nur den Text in einem Bild lesen, und diese Frage hat keines. Ein Stück des Bildschirms ausschneiden oder in den Einstellungen einen Schlüssel hinzufügen, um ein Modell zu fragen.</translation>
        </message>
        <message>
            <source>This computer's own reader reads words, and answers nothing of this kind.</source>
            <translation>Der eigene Leser dieses Computers liest Wörter und antwortet nichts dieser Art.</translation>
        </message>
        <message>
            <source>This computer's own reader takes prompts with pictures alone.</source>
            <translation>Die Texterkennung dieses Computers nimmt nur Prompts mit Bildern.</translation>
        </message>
        <message>
            <source>This computer's own reader uses no tools. Choose another model for that.</source>
            <translation>Der Leser dieses Computers nutzt keine Werkzeuge. Dafür ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>This conversation</source>
            <translation>Diese Unterhaltung</translation>
        </message>
        <message>
            <source>This conversation cannot be shown</source>
            <translation>Diese Unterhaltung kann nicht gezeigt werden</translation>
        </message>
        <message>
            <source>This conversation holds {count} pictures, and {model} takes {most} at most.</source>
            <translation>Diese Unterhaltung enthält {count} Bilder, und {model} nimmt höchstens {most}.</translation>
        </message>
        <message>
            <source>This conversation is longer than the model can read.</source>
            <translation>Diese Unterhaltung ist länger, als das Modell lesen kann.</translation>
        </message>
        <message>
            <source>This copy of Kireji knows no address that it could ask for newer versions.</source>
            <translation>Diese Kopie von Kireji kennt keine Adresse, unter der sie nach neueren Versionen fragen könnte.</translation>
        </message>
        <message>
            <source>This copy of Kireji knows no address that it could ask for newer versions. Look where you got it, or enter an address and a key below.</source>
            <translation>Diese Kopie von Kireji kennt keine Adresse, unter der sie nach neueren Versionen fragen könnte. Dort nachsehen, woher sie stammt, oder unten eine Adresse und einen Schlüssel eingeben.</translation>
        </message>
        <message>
            <source>This could not be asked:</source>
            <translation>Dies konnte nicht gefragt werden:</translation>
        </message>
        <message>
            <source>This desktop does not show Kireji the selected text.</source>
            <translation>Dieser Desktop zeigt Kireji den markierten Text nicht.</translation>
        </message>
        <message>
            <source>This desktop does not tell where the pointer is.</source>
            <translation>Dieser Desktop sagt nicht, wo der Zeiger ist.</translation>
        </message>
        <message>
            <source>This desktop gives shortcuts only to programs with an installed menu entry.</source>
            <translation>Dieser Desktop gibt Tastenkürzel nur Programmen mit installiertem Menüeintrag.</translation>
        </message>
        <message>
            <source>This desktop hands out no shortcuts.</source>
            <translation>Dieser Desktop vergibt keine Tastenkürzel.</translation>
        </message>
        <message>
            <source>This desktop has no dialog for cutting out a region.</source>
            <translation>Dieser Desktop hat keinen Dialog zum Ausschneiden eines Bereichs.</translation>
        </message>
        <message>
            <source>This desktop has no notifications.</source>
            <translation>Dieser Desktop hat keine Benachrichtigungen.</translation>
        </message>
        <message>
            <source>This desktop shows no notifications.</source>
            <translation>Dieser Desktop zeigt keine Benachrichtigungen.</translation>
        </message>
        <message>
            <source>This desktop shows no tray, so closing this window ends Kireji. Minimise it instead to keep the shortcuts.</source>
            <translation>Dieser Desktop zeigt keinen Infobereich, deshalb beendet das Schließen dieses Fensters Kireji. Wird es stattdessen minimiert, bleiben die Tastenkürzel erhalten.</translation>
        </message>
        <message>
            <source>This desktop's portal cannot do it.</source>
            <translation>Das Portal dieses Desktops kann es nicht.</translation>
        </message>
        <message>
            <source>This desktop's portal cannot take pictures of the screen.</source>
            <translation>Das Portal dieses Desktops kann den Bildschirm nicht aufnehmen.</translation>
        </message>
        <message>
            <source>This desktop's portal hands out no shortcuts.</source>
            <translation>Das Portal dieses Desktops vergibt keine Tastenkürzel.</translation>
        </message>
        <message>
            <source>This desktop's portal has no dialog for choosing a region.</source>
            <translation>Das Portal dieses Desktops hat keinen Dialog zum Wählen eines Bereichs.</translation>
        </message>
        <message>
            <source>This does not look like an export.</source>
            <translation>Das sieht nicht wie ein Export aus.</translation>
        </message>
        <message>
            <source>This does not stand on the picture.</source>
            <translation>Dies steht nicht auf dem Bild.</translation>
        </message>
        <message>
            <source>This export was written by a newer version of Kireji (format {theirs}; this one knows {ours}).</source>
            <translation>Dieser Export wurde von einer neueren Version von Kireji geschrieben (Format {theirs}; diese kennt {ours}).</translation>
        </message>
        <message>
            <source>This file cannot be read.</source>
            <translation>Diese Datei kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>This file cannot be read. Change its permissions, or choose another one.</source>
            <translation>Diese Datei kann nicht gelesen werden. Ihre Rechte ändern oder eine andere wählen.</translation>
        </message>
        <message>
            <source>This file holds no text that could be read.</source>
            <translation>Diese Datei enthält keinen lesbaren Text.</translation>
        </message>
        <message>
            <source>This file is not there. Choose another one, or remove it here.</source>
            <translation>Diese Datei gibt es nicht. Eine andere wählen oder sie hier entfernen.</translation>
        </message>
        <message>
            <source>This folder lies too deep.</source>
            <translation>Dieser Ordner liegt zu tief.</translation>
        </message>
        <message>
            <source>This goes for good, and Kireji ends:</source>
            <translation>Dies wird endgültig gelöscht, und Kireji wird beendet:</translation>
        </message>
        <message>
            <source>This is a Wayland session, where programs cannot read the screen by themselves.</source>
            <translation>Dies ist eine Wayland-Sitzung, in der Programme den Bildschirm nicht selbst lesen können.</translation>
        </message>
        <message>
            <source>This is a checkout: git pull brings it, and ./run prepares what it needs.</source>
            <translation>Dies ist ein Checkout: git pull holt die neue Version, und ./run bereitet vor, was sie braucht.</translation>
        </message>
        <message>
            <source>This is a database, which models cannot read.</source>
            <translation>Das ist eine Datenbank, die Modelle nicht lesen können.</translation>
        </message>
        <message>
            <source>This is a device or a pipe, not a file.</source>
            <translation>Dies ist ein Gerät oder eine Pipe, keine Datei.</translation>
        </message>
        <message>
            <source>This is a file of another kind ({name}).</source>
            <translation>Das ist eine Datei anderer Art ({name}).</translation>
        </message>
        <message>
            <source>This is a folder.</source>
            <translation type="vanished">Das ist ein Ordner.</translation>
        </message>
        <message>
            <source>This is a key of {right}, not of {asked}; it was not sent.</source>
            <translation>Das ist ein Schlüssel von {right}, nicht von {asked}; er wurde nicht gesendet.</translation>
        </message>
        <message>
            <source>This is a link that leads nowhere.</source>
            <translation>Dies ist eine Verknüpfung, die ins Leere führt.</translation>
        </message>
        <message>
            <source>This is a link that leads out of the folder.</source>
            <translation>Dies ist eine Verknüpfung, die aus dem Ordner hinausführt.</translation>
        </message>
        <message>
            <source>This is a picture; attach it by itself.</source>
            <translation>Dies ist ein Bild; es einzeln anhängen.</translation>
        </message>
        <message>
            <source>This is a program, which models cannot read.</source>
            <translation>Das ist ein Programm, das Modelle nicht lesen können.</translation>
        </message>
        <message>
            <source>This is a sound file, which models cannot read.</source>
            <translation>Das ist eine Tondatei, die Modelle nicht lesen können.</translation>
        </message>
        <message>
            <source>This is a video, which models cannot read.</source>
            <translation>Das ist ein Video, das Modelle nicht lesen können.</translation>
        </message>
        <message>
            <source>This is an archive, which models cannot read.</source>
            <translation>Das ist ein Archiv, das Modelle nicht lesen können.</translation>
        </message>
        <message>
            <source>This is an example of {other}, too.</source>
            <translation>Dies ist auch ein Beispiel von {other}.</translation>
        </message>
        <message>
            <source>This is an old Office document, which models cannot read.</source>
            <translation>Das ist ein altes Office-Dokument, das Modelle nicht lesen können.</translation>
        </message>
        <message>
            <source>This is another ledger than the one whose end was noted. If you have removed or restored the data folder yourself, delete the file “ledger” in the state folder.</source>
            <translation>Dies ist ein anderes Journal als das, dessen Ende vermerkt wurde. Haben Sie den Datenordner selbst entfernt oder wiederhergestellt, die Datei „ledger“ im Zustandsordner löschen.</translation>
        </message>
        <message>
            <source>This is no JSON: look at line {line}, column {column}.</source>
            <translation>Das ist kein JSON: siehe Zeile {line}, Spalte {column}.</translation>
        </message>
        <message>
            <source>This is no address of a web page. One looks like https://example.com/page.</source>
            <translation>Dies ist keine Adresse einer Webseite. Eine solche sieht aus wie https://example.com/page.</translation>
        </message>
        <message>
            <source>This is no file. Choose the file with the certificates.</source>
            <translation>Das ist keine Datei. Die Datei mit den Zertifikaten wählen.</translation>
        </message>
        <message>
            <source>This is no value of its column.</source>
            <translation>Dies ist kein Wert seiner Spalte.</translation>
        </message>
        <message>
            <source>This is not JSON: {reason}.</source>
            <translation>Dies ist kein JSON: {reason}.</translation>
        </message>
        <message>
            <source>This is not TOML: {reason}.</source>
            <translation>Dies ist kein TOML: {reason}.</translation>
        </message>
        <message>
            <source>This is not a JSON object.</source>
            <translation>Dies ist kein JSON-Objekt.</translation>
        </message>
        <message>
            <source>This is not a file that can be read.</source>
            <translation>Das ist keine lesbare Datei.</translation>
        </message>
        <message>
            <source>This is not a picture.</source>
            <translation>Das ist kein Bild.</translation>
        </message>
        <message>
            <source>This is not an address of the web.</source>
            <translation>Das ist keine Adresse im Web.</translation>
        </message>
        <message>
            <source>This is not an export of Kireji.</source>
            <translation>Das ist kein Export von Kireji.</translation>
        </message>
        <message>
            <source>This is not there any more, or holds no text that could be read.</source>
            <translation>Dies ist nicht mehr da oder enthält keinen lesbaren Text.</translation>
        </message>
        <message>
            <source>This is not to be had here.</source>
            <translation>Das ist hier nicht zu haben.</translation>
        </message>
        <message>
            <source>This is not what was sent, but what would be sent for it today.</source>
            <translation>Dies ist nicht, was gesendet wurde, sondern was heute dafür gesendet würde.</translation>
        </message>
        <message>
            <source>This is the default for {name}</source>
            <translation>Das ist die Vorgabe für {name}</translation>
        </message>
        <message>
            <source>This is the picture as it is kept here.</source>
            <translation>Dies ist das Bild, wie es hier aufbewahrt wird.</translation>
        </message>
        <message>
            <source>This job cannot be retried now.</source>
            <translation>Diese Aufgabe kann jetzt nicht wiederholt werden.</translation>
        </message>
        <message>
            <source>This job does not wait to be resumed.</source>
            <translation>Diese Aufgabe wartet nicht darauf, fortgesetzt zu werden.</translation>
        </message>
        <message>
            <source>This job was started already.</source>
            <translation>Diese Aufgabe wurde schon gestartet.</translation>
        </message>
        <message>
            <source>This keyboard has no key for {shortcut}.</source>
            <translation>Diese Tastatur hat keine Taste für {shortcut}.</translation>
        </message>
        <message>
            <source>This kind of context cannot be read yet.</source>
            <translation>Kontext dieser Art kann noch nicht gelesen werden.</translation>
        </message>
        <message>
            <source>This list</source>
            <translation>Diese Liste</translation>
        </message>
        <message>
            <source>This matches what was sent: it was made again from the conversation, and its hash is the one in the ledger.</source>
            <translation>Dies stimmt mit dem Gesendeten überein: Es wurde aus der Unterhaltung neu erzeugt, und sein Hash ist der im Journal.</translation>
        </message>
        <message>
            <source>This matches what was sent: the bytes were kept, and their hash is the one in the ledger.</source>
            <translation>Dies stimmt mit dem Gesendeten überein: Die Bytes wurden aufbewahrt, und ihr Hash ist der im Journal.</translation>
        </message>
        <message>
            <source>This month</source>
            <translation>Diesen Monat</translation>
        </message>
        <message>
            <source>This must be a table that begins with [[{header}]].</source>
            <translation>Dies muss eine Tabelle sein, die mit [[{header}]] beginnt.</translation>
        </message>
        <message>
            <source>This name leads into the local network, to {host}.</source>
            <translation>Dieser Name führt in das lokale Netz, zu {host}.</translation>
        </message>
        <message>
            <source>This part brings no text of its licence; its source says more.</source>
            <translation>Dieser Teil bringt keinen Lizenztext mit; mehr sagt seine Quelle.</translation>
        </message>
        <message>
            <source>This pattern needs too much work while an answer comes. Let it count less, or look for less.</source>
            <translation>Dieses Muster braucht zu viel Rechenarbeit, während eine Antwort kommt. Es weniger zählen oder weniger suchen lassen.</translation>
        </message>
        <message>
            <source>This pattern {problem}.</source>
            <translation>Dieses Muster {problem}.</translation>
        </message>
        <message>
            <source>This picture cannot be painted over as it is.</source>
            <translation>Dieses Bild kann so nicht übermalt werden.</translation>
        </message>
        <message>
            <source>This question has about {tokens} tokens, and {name} has room for {room}: {parts}.</source>
            <translation>Diese Frage hat ungefähr {tokens} Token, und {name} hat Platz für {room}: {parts}.</translation>
        </message>
        <message>
            <source>This question was not answered.</source>
            <translation>Diese Frage wurde nicht beantwortet.</translation>
        </message>
        <message>
            <source>This row could not be looked through for what should be hidden; it was not sent.</source>
            <translation>Diese Zeile konnte nicht auf das durchgesehen werden, was verborgen werden soll; sie wurde nicht gesendet.</translation>
        </message>
        <message>
            <source>This runs from its source: listed is what is installed in its environment.</source>
            <translation>Dieses Programm läuft aus seinem Quelltext: Aufgeführt ist, was in seiner Umgebung installiert ist.</translation>
        </message>
        <message>
            <source>This screen</source>
            <translation>Dieser Bildschirm</translation>
        </message>
        <message>
            <source>This service fetches pictures from https addresses only.</source>
            <translation>Dieser Dienst holt Bilder nur von https-Adressen.</translation>
        </message>
        <message>
            <source>This service's batches take pictures from the web only.</source>
            <translation>Die Stapel dieses Dienstes nehmen nur Bilder aus dem Web.</translation>
        </message>
        <message>
            <source>This session only</source>
            <translation>Nur diese Sitzung</translation>
        </message>
        <message>
            <source>This still uses your data: {users}.</source>
            <translation>Das verwendet noch Ihre Daten: {users}.</translation>
        </message>
        <message>
            <source>This still uses your data: {users}. End it first.</source>
            <translation>Das verwendet noch Ihre Daten: {users}. Es zuerst beenden.</translation>
        </message>
        <message>
            <source>This text cannot be read.</source>
            <translation>Dieser Text kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>This tool was not allowed to do that.</source>
            <translation>Diesem Werkzeug wurde das nicht erlaubt.</translation>
        </message>
        <message>
            <source>This waits:</source>
            <translation>Dies wartet:</translation>
        </message>
        <message>
            <source>This {problem}.</source>
            <translation>Dies {problem}.</translation>
        </message>
        <message>
            <source>Thought</source>
            <translation>Nachgedacht</translation>
        </message>
        <message>
            <source>Thought for {time}</source>
            <translation>{time} nachgedacht</translation>
        </message>
        <message>
            <source>Through the batch service of Anthropic or OpenRouter that costs half, and takes from some minutes to a day. Before anything is sent you see every bad line, one answer as a trial, and what all will cost.</source>
            <translation>Über den Stapeldienst von Anthropic oder OpenRouter kostet das die Hälfte und dauert einige Minuten bis einen Tag. Bevor etwas gesendet wird, sehen Sie jede unbrauchbare Zeile, eine Antwort zur Probe und was alles kosten wird.</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>Title</source>
            <translation>Titel</translation>
        </message>
        <message>
            <source>Title of the conversation</source>
            <translation>Titel der Unterhaltung</translation>
        </message>
        <message>
            <source>To import again: everything, with all branches and pictures.</source>
            <translation>Zum Wiedereinlesen: alles, mit allen Zweigen und Bildern.</translation>
        </message>
        <message>
            <source>To read in any browser: one file for each conversation, with its pictures.</source>
            <translation>Zum Lesen in jedem Browser: eine Datei je Unterhaltung, mit ihren Bildern.</translation>
        </message>
        <message>
            <source>To read, and to go on with elsewhere: text with pictures beside it.</source>
            <translation>Zum Lesen und um anderswo weiterzumachen: Text mit Bildern daneben.</translation>
        </message>
        <message>
            <source>To review</source>
            <translation>Durchzusehen</translation>
        </message>
        <message>
            <source>To the list of conversations</source>
            <translation>Zur Liste der Unterhaltungen</translation>
        </message>
        <message>
            <source>To the next edge of a window, left and right; with Shift up and down</source>
            <translation>Zur nächsten Kante eines Fensters, nach links und rechts; mit Shift nach oben und unten</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>Heute</translation>
        </message>
        <message>
            <source>Today's backup could not be made.</source>
            <translation>Die heutige Sicherung konnte nicht gemacht werden.</translation>
        </message>
        <message>
            <source>Today's date</source>
            <translation>Das heutige Datum</translation>
        </message>
        <message>
            <source>Together with the rest it is more than {most} MB, which services do not take.</source>
            <translation>Zusammen mit dem Übrigen sind es mehr als {most} MB, was Dienste nicht annehmen.</translation>
        </message>
        <message>
            <source>Together with your other rules this needs too much work while an answer comes. Remove some first.</source>
            <translation>Zusammen mit Ihren anderen Regeln braucht dies zu viel Rechenarbeit, während eine Antwort kommt. Zuerst einige entfernen.</translation>
        </message>
        <message>
            <source>Tokens</source>
            <translation>Token</translation>
        </message>
        <message>
            <source>Tone of the reply</source>
            <translation>Ton der Antwort</translation>
        </message>
        <message>
            <source>Too many batches of the service could be the one that was lost.</source>
            <translation>Zu viele Stapel des Dienstes könnten der verlorene sein.</translation>
        </message>
        <message>
            <source>Tool</source>
            <translation>Werkzeug</translation>
        </message>
        <message>
            <source>Tools</source>
            <translation>Werkzeuge</translation>
        </message>
        <message>
            <source>Tools are switched off in the settings.</source>
            <translation>Werkzeuge sind in den Einstellungen ausgeschaltet.</translation>
        </message>
        <message>
            <source>Tools in this conversation</source>
            <translation>Werkzeuge in dieser Unterhaltung</translation>
        </message>
        <message>
            <source>Tools listed</source>
            <translation>Werkzeuge aufgelistet</translation>
        </message>
        <message>
            <source>Tools that were offered</source>
            <translation>Angebotene Werkzeuge</translation>
        </message>
        <message>
            <source>Tools {count}</source>
            <translation>Werkzeuge {count}</translation>
        </message>
        <message>
            <source>Tools: {count} offered. Choose them</source>
            <translation>Werkzeuge: {count} angeboten. Auswählen</translation>
        </message>
        <message>
            <source>Translate</source>
            <translation>Übersetzen</translation>
        </message>
        <message>
            <source>Translate all text that is shown into {{language}}, in reading order and with its structure. Leave names and code as they are. Add nothing of your own.</source>
            <translation>Übersetze allen gezeigten Text in die Sprache {{language}}, in Lesereihenfolge und mit seinem Aufbau. Lass Namen und Code, wie sie sind. Füge nichts Eigenes hinzu.</translation>
        </message>
        <message>
            <source>Translate in place</source>
            <translation>An Ort und Stelle übersetzen</translation>
        </message>
        <message>
            <source>Translate into</source>
            <translation>Übersetzen in</translation>
        </message>
        <message>
            <source>Translate into another language</source>
            <translation>In eine andere Sprache übersetzen</translation>
        </message>
        <message>
            <source>Translate it in parts.</source>
            <translation>Ihn in Teilen übersetzen.</translation>
        </message>
        <message>
            <source>Translate this picture into {language}.</source>
            <translation>Übersetze dieses Bild in die Sprache {language}.</translation>
        </message>
        <message>
            <source>Translate this text into {language}:</source>
            <translation>Übersetze diesen Text in die Sprache {language}:</translation>
        </message>
        <message>
            <source>Translated words</source>
            <translation>Übersetzte Wörter</translation>
        </message>
        <message>
            <source>Translating…</source>
            <translation>Wird übersetzt…</translation>
        </message>
        <message>
            <source>Translating… {done} of {all}</source>
            <translation>Wird übersetzt… {done} von {all}</translation>
        </message>
        <message>
            <source>Translation</source>
            <translation>Übersetzung</translation>
        </message>
        <message>
            <source>Translation into {language}</source>
            <translation>Übersetzung in die Sprache {language}</translation>
        </message>
        <message>
            <source>Trust the system's certificates alone</source>
            <translation>Nur den Zertifikaten des Systems vertrauen</translation>
        </message>
        <message>
            <source>Trust what it says of itself</source>
            <translation>Den Angaben über sich selbst vertrauen</translation>
        </message>
        <message>
            <source>Try</source>
            <translation>Ausprobieren</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Noch einmal versuchen</translation>
        </message>
        <message>
            <source>Try again later.</source>
            <translation>Später noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Try again with a smaller region.</source>
            <translation>Mit einem kleineren Bereich noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Try again, or with another model.</source>
            <translation>Noch einmal versuchen, oder mit einem anderen Modell.</translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation>Noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Try again; a smaller region needs less memory.</source>
            <translation>Noch einmal versuchen; ein kleinerer Bereich braucht weniger Speicher.</translation>
        </message>
        <message>
            <source>Try again; if it happens again, tell its author.</source>
            <translation>Noch einmal versuchen; geschieht es wieder, den Autor informieren.</translation>
        </message>
        <message>
            <source>Try again; if it stays so: {without}</source>
            <translation>Noch einmal versuchen; bleibt es so: {without}</translation>
        </message>
        <message>
            <source>Try again; its folder may be on a disk that does not answer.</source>
            <translation>Noch einmal versuchen; der Ordner liegt vielleicht auf einem Datenträger, der nicht antwortet.</translation>
        </message>
        <message>
            <source>Try again; its log may say why.</source>
            <translation>Noch einmal versuchen; sein Protokoll sagt vielleicht, warum.</translation>
        </message>
        <message>
            <source>Try another row</source>
            <translation>Eine andere Zeile probieren</translation>
        </message>
        <message>
            <source>Try it</source>
            <translation>Ausprobieren</translation>
        </message>
        <message>
            <source>Try its command in a terminal.</source>
            <translation>Seinen Befehl in einem Terminal ausprobieren.</translation>
        </message>
        <message>
            <source>Try one row</source>
            <translation>Eine Zeile probieren</translation>
        </message>
        <message>
            <source>Try the rules</source>
            <translation>Regeln ausprobieren</translation>
        </message>
        <message>
            <source>Try the shortcut</source>
            <translation>Das Tastenkürzel ausprobieren</translation>
        </message>
        <message>
            <source>Try to get the keys again: {title}</source>
            <translation>Tasten noch einmal anfordern: {title}</translation>
        </message>
        <message>
            <source>Type a question or add a picture.</source>
            <translation>Eine Frage eingeben oder ein Bild hinzufügen.</translation>
        </message>
        <message>
            <source>Type what a model could answer, and see what would be shown of it.</source>
            <translation>Schreiben, was ein Modell antworten könnte, und sehen, was davon gezeigt würde.</translation>
        </message>
        <message>
            <source>Type “{word}” to go on</source>
            <translation>Zum Fortfahren „{word}“ eingeben</translation>
        </message>
        <message>
            <source>US dollars</source>
            <translation>US-Dollar</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Undo (Ctrl+Z)</source>
            <translation>Rückgängig (Ctrl+Z)</translation>
        </message>
        <message>
            <source>Undo (U)</source>
            <translation>Rückgängig (U)</translation>
        </message>
        <message>
            <source>Undo the last decision (U, Ctrl+Z)</source>
            <translation>Die letzte Entscheidung rückgängig machen (U, Ctrl+Z)</translation>
        </message>
        <message>
            <source>Undo, redo</source>
            <translation>Rückgängig, wiederholen</translation>
        </message>
        <message>
            <source>Unless Ollama is set up for more, it may read only the last few thousand tokens of a conversation.</source>
            <translation>Ist Ollama nicht für mehr eingerichtet, liest es vielleicht nur die letzten paar tausend Token einer Unterhaltung.</translation>
        </message>
        <message>
            <source>Unlock it in your desktop's password settings, then try again.</source>
            <translation>Ihn in den Passworteinstellungen des Desktops entsperren und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Unpack the archive with its password, and import the folder.</source>
            <translation>Das Archiv mit seinem Passwort entpacken und den Ordner importieren.</translation>
        </message>
        <message numerus="yes">
            <source>Unpin {n} conversations</source>
            <extracomment>Unpin</extracomment>
            <translation>
                <numerusform>Lösen</numerusform>
                <numerusform>{n} Unterhaltungen lösen</numerusform>
            </translation>
        </message>
        <message>
            <source>Update Kireji, then import it again; nothing was imported.</source>
            <translation>Kireji aktualisieren und dann importieren; nichts wurde importiert.</translation>
        </message>
        <message>
            <source>Update Kireji, then restore it; nothing was changed.</source>
            <translation>Kireji aktualisieren und dann wiederherstellen; nichts wurde geändert.</translation>
        </message>
        <message>
            <source>Update it.</source>
            <translation>Es aktualisieren.</translation>
        </message>
        <message>
            <source>Update the package where it was installed from, with pip install --upgrade or uv.</source>
            <translation>Das Paket dort aktualisieren, von wo es installiert wurde, mit pip install --upgrade oder uv.</translation>
        </message>
        <message>
            <source>Update xdg-desktop-portal.</source>
            <translation>xdg-desktop-portal aktualisieren.</translation>
        </message>
        <message>
            <source>Updates</source>
            <translation>Updates</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>Verwendung</translation>
        </message>
        <message>
            <source>Use --screen N or --region, or leave out -o.</source>
            <translation>--screen N oder --region verwenden oder -o weglassen.</translation>
        </message>
        <message>
            <source>Use a PNG, JPEG, WebP or GIF file.</source>
            <translation>Eine PNG-, JPEG-, WebP- oder GIF-Datei verwenden.</translation>
        </message>
        <message>
            <source>Use a server with fewer tools.</source>
            <translation>Einen Server mit weniger Werkzeugen verwenden.</translation>
        </message>
        <message>
            <source>Use an undamaged PNG, JPEG, WebP or GIF picture.</source>
            <translation>Ein unbeschädigtes PNG-, JPEG-, WebP- oder GIF-Bild verwenden.</translation>
        </message>
        <message>
            <source>Use default</source>
            <translation>Vorgabe verwenden</translation>
        </message>
        <message>
            <source>Use for this session</source>
            <translation>Für diese Sitzung verwenden</translation>
        </message>
        <message>
            <source>Use it</source>
            <translation>Verwenden</translation>
        </message>
        <message>
            <source>Use one of: {names}.</source>
            <translation>Einen von diesen verwenden: {names}.</translation>
        </message>
        <message>
            <source>Use small letters, digits and hyphens between them, 64 at most.</source>
            <translation>Kleinbuchstaben, Ziffern und Bindestriche dazwischen verwenden, höchstens 64.</translation>
        </message>
        <message>
            <source>Use the button, or write below.</source>
            <translation>Den Knopf verwenden oder unten schreiben.</translation>
        </message>
        <message>
            <source>Use the menu bar's menu.</source>
            <translation>Das Menü in der Menüleiste verwenden.</translation>
        </message>
        <message>
            <source>Use the tray's menu.</source>
            <translation>Das Menü im Infobereich verwenden.</translation>
        </message>
        <message>
            <source>Use the usual one</source>
            <translation>Den üblichen verwenden</translation>
        </message>
        <message>
            <source>Use {chord}</source>
            <translation>{chord} verwenden</translation>
        </message>
        <message>
            <source>Use {model} of {server}</source>
            <translation>{model} von {server} verwenden</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>Wert</translation>
        </message>
        <message>
            <source>Variables</source>
            <translation>Variablen</translation>
        </message>
        <message>
            <source>Verdict</source>
            <translation>Urteil</translation>
        </message>
        <message>
            <source>Verdicts</source>
            <translation>Urteile</translation>
        </message>
        <message>
            <source>Verify</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>Version {number} of {count}</source>
            <translation>Fassung {number} von {count}</translation>
        </message>
        <message>
            <source>Version {version}</source>
            <translation>Version {version}</translation>
        </message>
        <message>
            <source>Version {version} · {categories}</source>
            <translation>Version {version} · {categories}</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>Versionen</translation>
        </message>
        <message>
            <source>Very high</source>
            <translation>Sehr hoch</translation>
        </message>
        <message>
            <source>W</source>
            <translation>W</translation>
        </message>
        <message>
            <source>Wait for its end, or stop it with Esc.</source>
            <translation>Ihr Ende abwarten oder sie mit Esc anhalten.</translation>
        </message>
        <message>
            <source>Wait for the answer; the next change is watched for then.</source>
            <translation>Bitte auf die Antwort warten; dann wird die nächste Änderung beobachtet.</translation>
        </message>
        <message>
            <source>Wait until it has ended, then try again.</source>
            <translation>Warten, bis es beendet ist, und noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Waiting again: {rows}.</source>
            <translation>Wieder wartend: {rows}.</translation>
        </message>
        <message>
            <source>Waiting for you</source>
            <translation>Wartet auf Sie</translation>
        </message>
        <message>
            <source>Waiting for you to allow it in the browser. Did no browser open? Copy the address.</source>
            <translation>Warten auf die Erlaubnis im Browser. Hat sich keiner geöffnet? Die Adresse kopieren.</translation>
        </message>
        <message>
            <source>Waiting for {keys}…</source>
            <translation>Warten auf {keys}…</translation>
        </message>
        <message>
            <source>Waiting for {name}</source>
            <translation>Warten auf {name}</translation>
        </message>
        <message>
            <source>Waiting for {name}; the model may be loading</source>
            <translation>Warten auf {name}; vielleicht wird das Modell noch geladen</translation>
        </message>
        <message>
            <source>Waits for you: {title}</source>
            <translation>Wartet auf Sie: {title}</translation>
        </message>
        <message>
            <source>Watch this region</source>
            <translation>Diesen Bereich beobachten</translation>
        </message>
        <message>
            <source>Watched region</source>
            <translation>Beobachteter Bereich</translation>
        </message>
        <message>
            <source>Watching goes on when the screens are as before.</source>
            <translation>Die Beobachtung geht weiter, wenn die Bildschirme wie vorher sind.</translation>
        </message>
        <message>
            <source>Watching the region</source>
            <translation>Der Bereich wird beobachtet</translation>
        </message>
        <message>
            <source>Watching this region</source>
            <translation>Dieser Bereich wird beobachtet</translation>
        </message>
        <message>
            <source>Web page</source>
            <translation>Webseite</translation>
        </message>
        <message>
            <source>Web page {address}</source>
            <translation>Webseite {address}</translation>
        </message>
        <message>
            <source>Web pages</source>
            <translation>Webseiten</translation>
        </message>
        <message>
            <source>Web page…</source>
            <translation>Webseite…</translation>
        </message>
        <message>
            <source>Webhook</source>
            <translation>Webhook</translation>
        </message>
        <message>
            <source>Welcome to Kireji</source>
            <translation>Willkommen bei Kireji</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Was</translation>
        </message>
        <message>
            <source>What belongs there</source>
            <translation>Was dazugehört</translation>
        </message>
        <message>
            <source>What buttons and menus show</source>
            <translation>Was Knöpfe und Menüs zeigen</translation>
        </message>
        <message>
            <source>What came from the address of updates is no list of versions, or it is damaged.</source>
            <translation>Was von der Adresse für Updates kam, ist keine Liste der Versionen, oder sie ist beschädigt.</translation>
        </message>
        <message>
            <source>What came of this answer is no longer kept, or was kept by a newer Kireji.</source>
            <translation>Was aus dieser Antwort wurde, ist nicht mehr aufbewahrt oder wurde von einem neueren Kireji aufbewahrt.</translation>
        </message>
        <message>
            <source>What goes along</source>
            <translation>Was mitgesendet wird</translation>
        </message>
        <message>
            <source>What goes along with the question</source>
            <translation>Was mit der Frage gesendet wird</translation>
        </message>
        <message>
            <source>What goes along…</source>
            <translation>Was mitgesendet wird…</translation>
        </message>
        <message>
            <source>What has changed from the first picture of a row to the second.</source>
            <translation>Was sich vom ersten Bild einer Zeile zum zweiten geändert hat.</translation>
        </message>
        <message>
            <source>What is allowed</source>
            <translation>Was erlaubt ist</translation>
        </message>
        <message>
            <source>What is asked about</source>
            <translation>Wonach gefragt wird</translation>
        </message>
        <message>
            <source>What is asked. {{name}} is a place that is filled in.</source>
            <translation>Was gefragt wird. {{name}} ist eine Stelle, die gefüllt wird.</translation>
        </message>
        <message>
            <source>What is different between these two pictures?</source>
            <translation>Was ist zwischen diesen beiden Bildern anders?</translation>
        </message>
        <message>
            <source>What is different between two pictures</source>
            <translation>Was zwischen zwei Bildern anders ist</translation>
        </message>
        <message>
            <source>What is done</source>
            <translation>Was geschieht</translation>
        </message>
        <message>
            <source>What is done stays done; kireji batch run{number} goes on with the rest.</source>
            <translation>Was fertig ist, bleibt fertig; kireji batch run{number} macht mit dem Rest weiter.</translation>
        </message>
        <message>
            <source>What is done: {where}</source>
            <translation>Was geschieht: {where}</translation>
        </message>
        <message>
            <source>What is hidden, one after the other; Space: send it, hide it; from the question with Alt</source>
            <translation>Verborgenes, eines nach dem anderen; Leertaste: senden, verbergen; von der Frage aus mit Alt</translation>
        </message>
        <message>
            <source>What is judged</source>
            <translation>Was beurteilt wird</translation>
        </message>
        <message>
            <source>What is kept</source>
            <translation>Was aufbewahrt wird</translation>
        </message>
        <message>
            <source>What is left on the account</source>
            <translation>Guthaben auf dem Konto</translation>
        </message>
        <message>
            <source>What is new</source>
            <translation>Was neu ist</translation>
        </message>
        <message>
            <source>What is not Kireji's own stays, also in these folders. Nobody can promise that deleted files cannot be recovered from an SSD; an encrypted disk protects them.</source>
            <translation>Was nicht von Kireji ist, bleibt, auch in diesen Ordnern. Niemand kann versprechen, dass sich gelöschte Dateien von einer SSD nicht wiederherstellen lassen; ein verschlüsselter Datenträger schützt sie.</translation>
        </message>
        <message>
            <source>What is remembered between two starts</source>
            <translation>Was zwischen zwei Starts gemerkt wird</translation>
        </message>
        <message>
            <source>What is shown</source>
            <translation>Was gezeigt wird</translation>
        </message>
        <message>
            <source>What is written here is not saved yet. Only one of them can stay.</source>
            <translation>Das hier Geschriebene ist noch nicht gesichert. Nur eines von beiden kann bleiben.</translation>
        </message>
        <message>
            <source>What is wrong with the text</source>
            <translation>Was am Text falsch ist</translation>
        </message>
        <message>
            <source>What it is called with</source>
            <translation>Womit es aufgerufen wird</translation>
        </message>
        <message>
            <source>What it should say</source>
            <translation>Was sie sagen soll</translation>
        </message>
        <message>
            <source>What it will take</source>
            <translation>Was es brauchen wird</translation>
        </message>
        <message>
            <source>What it would do</source>
            <translation>Was es tun würde</translation>
        </message>
        <message>
            <source>What it would look at</source>
            <translation>Was es ansehen würde</translation>
        </message>
        <message>
            <source>What it wrote last:</source>
            <translation>Was er zuletzt schrieb:</translation>
        </message>
        <message>
            <source>What left this computer</source>
            <translation>Was diesen Computer verlassen hat</translation>
        </message>
        <message>
            <source>What lies at the address of updates is no list of versions.</source>
            <translation>Was unter der Adresse für Updates liegt, ist keine Liste der Versionen.</translation>
        </message>
        <message>
            <source>What of every row</source>
            <translation>Was von jeder Zeile</translation>
        </message>
        <message>
            <source>What shall be done</source>
            <translation>Was getan werden soll</translation>
        </message>
        <message>
            <source>What shall be done instead?</source>
            <translation>Was soll stattdessen getan werden?</translation>
        </message>
        <message>
            <source>What stands behind “password:”, and in addresses like https://me:…@host</source>
            <translation>Was hinter „Passwort:“ steht und in Adressen wie https://me:…@host</translation>
        </message>
        <message>
            <source>What stands beside them…</source>
            <translation>Was daneben noch da ist…</translation>
        </message>
        <message>
            <source>What stays on this computer needs no hiding. Choose another for a server that is somewhere else.</source>
            <translation>Was auf diesem Computer bleibt, muss nicht verborgen werden. Für einen Server, der anderswo steht, etwas anderes wählen.</translation>
        </message>
        <message>
            <source>What texts and pictures are judged by: categories, how grave something is, and what is done then. Open one to see it, try it, and check how well it judges.</source>
            <translation>Wonach Texte und Bilder beurteilt werden: Kategorien, wie schwer etwas wiegt und was dann geschieht. Eine öffnen, um sie anzusehen, auszuprobieren und zu prüfen, wie gut sie urteilt.</translation>
        </message>
        <message>
            <source>What the desktop names as its proxy is no address: enter the proxy in Settings, Network.</source>
            <translation>Was der Desktop als Proxy nennt, ist keine Adresse: den Proxy unter Einstellungen, Netz eingeben.</translation>
        </message>
        <message>
            <source>What the job is called</source>
            <translation>Name der Aufgabe</translation>
        </message>
        <message>
            <source>What the model refuses to judge is allowed.</source>
            <translation>Was das Modell nicht beurteilen will, wird erlaubt.</translation>
        </message>
        <message>
            <source>What the model refuses to judge: {action}.</source>
            <translation>Was das Modell nicht beurteilen will: {action}.</translation>
        </message>
        <message>
            <source>What the next question costs</source>
            <translation>Was die nächste Frage kostet</translation>
        </message>
        <message>
            <source>What the policy says</source>
            <translation>Was die Richtlinie sagt</translation>
        </message>
        <message>
            <source>What was changed, removed or added in the ledger later is found.</source>
            <translation>Was im Journal später geändert, entfernt oder hinzugefügt wurde, fällt auf.</translation>
        </message>
        <message>
            <source>What was copied is larger than {size} MB.</source>
            <translation>Was kopiert wurde, ist größer als {size} MB.</translation>
        </message>
        <message>
            <source>What was copied is too long for a policy.</source>
            <translation>Was kopiert wurde, ist zu lang für eine Richtlinie.</translation>
        </message>
        <message>
            <source>What was copied is too long to be tried here. Paste a part of it.</source>
            <translation>Was kopiert wurde, ist zu lang, um hier ausprobiert zu werden. Einen Teil davon einfügen.</translation>
        </message>
        <message>
            <source>What was decided</source>
            <translation>Was entschieden wurde</translation>
        </message>
        <message>
            <source>What was deleted is kept for 30 days.</source>
            <translation>Gelöschtes wird 30 Tage aufbewahrt.</translation>
        </message>
        <message>
            <source>What was sent</source>
            <translation>Was gesendet wurde</translation>
        </message>
        <message>
            <source>What was sent cannot be shown any more.</source>
            <translation>Was gesendet wurde, kann nicht mehr gezeigt werden.</translation>
        </message>
        <message>
            <source>What was sent, byte for byte</source>
            <translation>Was gesendet wurde, Byte für Byte</translation>
        </message>
        <message>
            <source>What will be asked</source>
            <translation>Was gefragt wird</translation>
        </message>
        <message>
            <source>What will be sent</source>
            <translation>Was gesendet wird</translation>
        </message>
        <message>
            <source>What would be shown</source>
            <translation>Was gezeigt würde</translation>
        </message>
        <message>
            <source>What you wish besides, such as “names and dates only”; may be empty.</source>
            <translation>Was außerdem gewünscht ist, etwa „nur Namen und Daten“; darf leer sein.</translation>
        </message>
        <message>
            <source>What you wish besides, such as “only the line items”; may be empty.</source>
            <translation>Was außerdem gewünscht ist, etwa „nur die Einzelposten“; darf leer sein.</translation>
        </message>
        <message>
            <source>What {host} has at this address is no picture.</source>
            <translation>Was {host} unter dieser Adresse hat, ist kein Bild.</translation>
        </message>
        <message>
            <source>When</source>
            <translation>Wann</translation>
        </message>
        <message>
            <source>When that does not work</source>
            <translation>Wenn das nicht geht</translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached or has no capacity, these are asked in this order; the answer says who gave it.</source>
            <translation>Wenn der Gefragte nicht erreichbar ist oder keine Kapazität hat, werden diese der Reihe nach gefragt; die Antwort sagt, von wem sie ist.</translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached, nobody else is asked; you are told why.</source>
            <translation>Wenn der Gefragte nicht erreichbar ist, wird niemand sonst gefragt; der Grund wird genannt.</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>Wo</translation>
        </message>
        <message>
            <source>Where a job stands</source>
            <translation>Wie es um eine Aufgabe steht</translation>
        </message>
        <message>
            <source>Where it runs</source>
            <translation>Wo sie läuft</translation>
        </message>
        <message>
            <source>Where the list comes from</source>
            <translation>Woher die Liste kommt</translation>
        </message>
        <message>
            <source>Which</source>
            <translation>Welche</translation>
        </message>
        <message>
            <source>Which lines are bad, and why: kireji batch bad {id}</source>
            <translation>Welche Zeilen unbrauchbar sind, und warum: kireji batch bad {id}</translation>
        </message>
        <message>
            <source>Which rows are shown</source>
            <translation>Welche Zeilen gezeigt werden</translation>
        </message>
        <message>
            <source>Which table is shown</source>
            <translation>Welche Tabelle gezeigt wird</translation>
        </message>
        <message>
            <source>Which words belong to which place could not be told.</source>
            <translation>Welche Wörter zu welcher Stelle gehören, ließ sich nicht sagen.</translation>
        </message>
        <message>
            <source>While words from outside stand in a conversation you are asked all the same: a page's address can carry something away.</source>
            <translation>Solange Worte von außen in einer Unterhaltung stehen, werden Sie trotzdem gefragt: Die Adresse einer Seite kann etwas hinaustragen.</translation>
        </message>
        <message>
            <source>Who answers</source>
            <translation>Wer antwortet</translation>
        </message>
        <message>
            <source>Who answers instead</source>
            <translation>Wer stattdessen antwortet</translation>
        </message>
        <message>
            <source>Whoever can write your files could write the whole ledger anew. Keep this line elsewhere, and a later check can tell:</source>
            <translation>Wer Ihre Dateien schreiben kann, könnte das ganze Journal neu schreiben. Diese Zeile anderswo aufbewahren, dann kann eine spätere Prüfung es zeigen:</translation>
        </message>
        <message>
            <source>Whole screen</source>
            <translation>Ganzer Bildschirm</translation>
        </message>
        <message>
            <source>Why (a note for others, and for you)</source>
            <translation>Warum (eine Notiz für andere und für Sie selbst)</translation>
        </message>
        <message>
            <source>Why it cannot be used</source>
            <translation>Warum sie sich nicht verwenden lässt</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>Fenster</translation>
        </message>
        <message>
            <source>Window system</source>
            <translation>Fenstersystem</translation>
        </message>
        <message>
            <source>Windows 11 opens its own capture with this key; Settings, Accessibility, Keyboard changes that. </source>
            <translation>Windows 11 öffnet mit dieser Taste seine eigene Aufnahme; unter Einstellungen, Barrierefreiheit, Tastatur lässt sich das ändern. </translation>
        </message>
        <message>
            <source>Windows does not answer about shortcuts.</source>
            <translation>Windows antwortet nicht auf Fragen nach Tastenkürzeln.</translation>
        </message>
        <message>
            <source>Windows does not offer global shortcuts to this program.</source>
            <translation>Windows bietet diesem Programm keine globalen Tastenkürzel.</translation>
        </message>
        <message>
            <source>Windows has stopped telling of shortcuts.</source>
            <translation>Windows meldet keine Tastenkürzel mehr.</translation>
        </message>
        <message>
            <source>Windows keeps F12 for debuggers.</source>
            <translation>Windows hält F12 für Debugger frei.</translation>
        </message>
        <message>
            <source>Windows keeps most combinations with the Windows key for itself. </source>
            <translation>Windows behält die meisten Kombinationen mit der Windows-Taste für sich. </translation>
        </message>
        <message>
            <source>With a command the type must be "stdio".</source>
            <translation>Mit einem command muss der Typ "stdio" sein.</translation>
        </message>
        <message>
            <source>With a tool: go to a place, begin and end there</source>
            <translation>Mit einem Werkzeug: zu einer Stelle gehen, dort beginnen und enden</translation>
        </message>
        <message>
            <source>With a tool: the next mark, remove it</source>
            <translation>Mit einem Werkzeug: die nächste Markierung, sie entfernen</translation>
        </message>
        <message>
            <source>With a url the type must be "http".</source>
            <translation>Mit einer url muss der Typ "http" sein.</translation>
        </message>
        <message>
            <source>With another effort the service reads {tokens} tokens anew{price}.</source>
            <translation>Mit anderem Aufwand liest der Dienst {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>With another model…</source>
            <translation>Mit einem anderen Modell…</translation>
        </message>
        <message>
            <source>With other instructions the service reads {tokens} tokens anew{price}.</source>
            <translation>Mit anderen Anweisungen liest der Dienst {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>With other rules for hiding the service reads {tokens} tokens anew{price}.</source>
            <translation>Mit anderen Regeln für das Verbergen liest der Dienst {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>With other tools the service reads {tokens} tokens anew{price}.</source>
            <translation>Mit anderen Werkzeugen liest der Dienst {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>With the next question, messages 2 to {last} will not go along: they no longer fit.</source>
            <translation>Mit der nächsten Frage werden die Nachrichten 2 bis {last} nicht mitgesendet: Für sie ist kein Platz mehr.</translation>
        </message>
        <message>
            <source>With the next question, the first {count} messages will not go along: they no longer fit.</source>
            <translation>Mit der nächsten Frage werden die ersten {count} Nachrichten nicht mitgesendet: Für sie ist kein Platz mehr.</translation>
        </message>
        <message>
            <source>With this change the service reads {tokens} tokens anew{price}.</source>
            <translation>Mit dieser Änderung liest der Dienst {tokens} Token neu{price}.</translation>
        </message>
        <message>
            <source>With what its tools gave back, this answer is longer than {name} can read.</source>
            <translation>Mit dem, was ihre Werkzeuge zurückgaben, ist diese Antwort länger, als {name} lesen kann.</translation>
        </message>
        <message numerus="yes">
            <source>With {n} pictures.</source>
            <extracomment>With one picture.</extracomment>
            <translation>
                <numerusform>Mit einem Bild.</numerusform>
                <numerusform>Mit {n} Bildern.</numerusform>
            </translation>
        </message>
        <message>
            <source>Within</source>
            <translation>Enthalten in</translation>
        </message>
        <message>
            <source>Without a key, this computer reads the text in what you cut out. Nothing is sent anywhere.</source>
            <translation>Ohne Schlüssel liest dieser Computer den Text im ausgeschnittenen Bereich. Nichts wird gesendet.</translation>
        </message>
        <message>
            <source>Without asking</source>
            <translation>Ohne Rückfrage</translation>
        </message>
        <message>
            <source>Words</source>
            <translation>Wörter</translation>
        </message>
        <message>
            <source>Words of the mark</source>
            <translation>Wörter der Markierung</translation>
        </message>
        <message>
            <source>Words of the prompt</source>
            <translation>Text der Schnellfrage</translation>
        </message>
        <message>
            <source>Write a prompt.</source>
            <translation>Einen Prompt schreiben.</translation>
        </message>
        <message>
            <source>Write a question first; then you can see what will be sent.</source>
            <translation>Zuerst eine Frage schreiben; dann ist zu sehen, was gesendet wird.</translation>
        </message>
        <message>
            <source>Write a reply to the message that is shown, in the language of the message. The tone is {{tone}}. Answer every question in it, promise nothing and invent no facts, names or dates; write […] where something must be filled in. Write the reply alone, ready to send.

What the reply should say, if anything stands here: {{points}}</source>
            <translation>Schreibe eine Antwort auf die gezeigte Nachricht, in der Sprache der Nachricht. Der Ton ist {{tone}}. Beantworte jede Frage darin, versprich nichts und erfinde keine Tatsachen, Namen oder Daten; schreibe […], wo etwas einzusetzen ist. Schreibe nur die Antwort, bereit zum Senden.

Was die Antwort sagen soll, falls hier etwas steht: {{points}}</translation>
        </message>
        <message>
            <source>Write a table (.csv), which spreadsheets read, or lines of JSON (.jsonl).</source>
            <translation>Eine Tabelle (.csv) schreiben, die Tabellenkalkulationen lesen, oder JSON-Zeilen (.jsonl).</translation>
        </message>
        <message>
            <source>Write down all text that is shown, in reading order and exactly as it stands, with its line breaks. Write tables and lists as Markdown, and code in a code block. Write […] for what cannot be read. Add nothing of your own.</source>
            <translation>Schreibe allen gezeigten Text auf, in Lesereihenfolge und genau so, wie er dasteht, mit seinen Zeilenumbrüchen. Schreibe Tabellen und Listen als Markdown und Code in einem Codeblock. Schreibe […] für das, was nicht gelesen werden kann. Füge nichts Eigenes hinzu.</translation>
        </message>
        <message>
            <source>Write each object on a line of its own, as jq -c '.[]' does.</source>
            <translation>Jedes Objekt auf eine eigene Zeile schreiben, wie jq -c '.[]' es tut.</translation>
        </message>
        <message>
            <source>Write it</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <source>Write its arguments apart from it: each is a text of its own in args.</source>
            <translation>Seine Argumente getrennt davon schreiben: Jedes ist ein eigener Text in args.</translation>
        </message>
        <message>
            <source>Write on the picture</source>
            <translation>Auf das Bild schreiben</translation>
        </message>
        <message>
            <source>Write the alternative text of this picture, for people who cannot see it. Say what it shows and what it is for, in one or two plain sentences of at most 200 characters together. Repeat words that stand in it where they carry the meaning. Do not begin with “Picture of” or “Screenshot of”, and do not guess who a person is. Write the alternative text alone.</source>
            <translation>Schreibe den Alternativtext dieses Bildes für Menschen, die es nicht sehen können. Sage, was es zeigt und wozu es dient, in einem oder zwei schlichten Sätzen von zusammen höchstens 200 Zeichen. Wiederhole Wörter, die darin stehen, wo sie den Sinn tragen. Beginne nicht mit „Bild von“ oder „Bildschirmfoto von“ und rate nicht, wer eine Person ist. Schreibe nur den Alternativtext.</translation>
        </message>
        <message>
            <source>Write the value itself, {variable} or {kept} in its place.</source>
            <translation>An seiner Stelle den Wert selbst, {variable} oder {kept} schreiben.</translation>
        </message>
        <message>
            <source>Write them as lines of JSON (.jsonl).</source>
            <translation>Sie als JSON-Zeilen (.jsonl) schreiben.</translation>
        </message>
        <message>
            <source>Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY.</source>
            <translation>Sie in seine Adresse schreiben, http://name:passwort@host:port, in network.proxy oder HTTPS_PROXY.</translation>
        </message>
        <message>
            <source>Write what belongs there first: {names}</source>
            <translation>Zuerst schreiben, was dorthin gehört: {names}</translation>
        </message>
        <message>
            <source>Writing</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <source>Writing the answers…</source>
            <translation>Die Antworten werden geschrieben…</translation>
        </message>
        <message>
            <source>Writing the decisions…</source>
            <translation>Die Entscheidungen werden geschrieben…</translation>
        </message>
        <message>
            <source>Writing…</source>
            <translation>Wird geschrieben…</translation>
        </message>
        <message>
            <source>Written</source>
            <translation>Geschrieben</translation>
        </message>
        <message>
            <source>Wrong in another way</source>
            <translation>Auf andere Weise falsch</translation>
        </message>
        <message>
            <source>Yes or no</source>
            <translation>Ja oder nein</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Gestern</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Frage</translation>
        </message>
        <message>
            <source>You are asked before it runs.</source>
            <translation>Sie werden gefragt, bevor es ausgeführt wird.</translation>
        </message>
        <message>
            <source>You are signed in with OpenRouter.</source>
            <translation>Die Anmeldung bei OpenRouter ist erfolgt.</translation>
        </message>
        <message>
            <source>You asked in {title}: {words}</source>
            <translation>Frage in {title}: {words}</translation>
        </message>
        <message>
            <source>You have allowed it. Where words from outside stand in the conversation, it may ask again.</source>
            <translation>Sie haben es erlaubt. Stehen Worte von außen in der Unterhaltung, fragt es vielleicht noch einmal.</translation>
        </message>
        <message>
            <source>You have another policy of this name. Choose another name.</source>
            <translation>Sie haben eine andere Richtlinie dieses Namens. Einen anderen Namen wählen.</translation>
        </message>
        <message>
            <source>You have another prompt of this name. Choose another name.</source>
            <translation>Sie haben eine andere Schnellfrage dieses Namens. Einen anderen Namen wählen.</translation>
        </message>
        <message>
            <source>You have denied it; models are told so.</source>
            <translation>Sie haben es abgelehnt; den Modellen wird das gesagt.</translation>
        </message>
        <message>
            <source>You may not read this.</source>
            <translation>Sie dürfen dies nicht lesen.</translation>
        </message>
        <message>
            <source>You stopped the answer before, so this waits:</source>
            <translation>Die Antwort davor wurde angehalten, deshalb wartet dies:</translation>
        </message>
        <message>
            <source>You stopped this answer before its first word.</source>
            <translation>Diese Antwort wurde vor ihrem ersten Wort angehalten.</translation>
        </message>
        <message>
            <source>You stopped this answer. What had arrived is kept.</source>
            <translation>Diese Antwort wurde angehalten. Was angekommen war, ist erhalten.</translation>
        </message>
        <message>
            <source>You, for a folder</source>
            <translation>Sie, für einen Ordner</translation>
        </message>
        <message>
            <source>You, for a host</source>
            <translation>Sie, für einen Host</translation>
        </message>
        <message>
            <source>You, for a time</source>
            <translation>Sie, für eine Zeit</translation>
        </message>
        <message>
            <source>You, for this conversation</source>
            <translation>Sie, für diese Unterhaltung</translation>
        </message>
        <message>
            <source>You, from then on</source>
            <translation>Sie, von da an</translation>
        </message>
        <message>
            <source>You, once</source>
            <translation>Sie, einmal</translation>
        </message>
        <message>
            <source>Your data</source>
            <translation>Ihre Daten</translation>
        </message>
        <message>
            <source>Your data could not be copied before version {version} uses it.</source>
            <translation>Ihre Daten konnten nicht kopiert werden, bevor Version {version} sie verwendet.</translation>
        </message>
        <message>
            <source>Your own address, told of a job</source>
            <translation>Ihre eigene Adresse, über eine Aufgabe benachrichtigt</translation>
        </message>
        <message>
            <source>Your own words</source>
            <translation>Ihre eigenen Wörter</translation>
        </message>
        <message>
            <source>Your own words to hide cannot be read in settings.toml, so nothing was sent.</source>
            <translation>Ihre eigenen Wörter zum Verbergen können in settings.toml nicht gelesen werden, deshalb wurde nichts gesendet.</translation>
        </message>
        <message>
            <source>Your policies</source>
            <translation>Ihre Richtlinien</translation>
        </message>
        <message>
            <source>Your prompts</source>
            <translation>Ihre Schnellfragen</translation>
        </message>
        <message>
            <source>Your question</source>
            <translation>Die Frage</translation>
        </message>
        <message>
            <source>Your question about a picture</source>
            <translation>Frage zu einem Bild</translation>
        </message>
        <message>
            <source>Your rules for answers need too much work, so the rest of this answer is not shown. Make them simpler in the settings, under Privacy.</source>
            <translation>Ihre Regeln für Antworten brauchen zu viel Rechenarbeit, deshalb wird der Rest dieser Antwort nicht gezeigt. Sie in den Einstellungen unter Datenschutz vereinfachen.</translation>
        </message>
        <message>
            <source>Your rules hold while an answer comes, however it is cut into pieces. A text is found in any case; between two strokes it is a pattern. What a model passes to tools is left as it is.</source>
            <translation>Ihre Regeln gelten, während eine Antwort kommt, wie auch immer sie zerteilt ist. Ein Text wird gefunden, ob groß oder klein geschrieben; zwischen zwei Schrägstrichen ist er ein Muster. Was ein Modell an Werkzeuge übergibt, bleibt, wie es ist.</translation>
        </message>
        <message>
            <source>Your stop rule {rule} ended the answer here.</source>
            <translation>Ihre Stoppregel {rule} hat die Antwort hier beendet.</translation>
        </message>
        <message>
            <source>[picture: {description}]</source>
            <translation>[Bild: {description}]</translation>
        </message>
        <message>
            <source>[picture]</source>
            <translation>[Bild]</translation>
        </message>
        <message>
            <source>[{name}] is not a section this version knows{meant}</source>
            <translation>[{name}] ist kein Abschnitt, den diese Version kennt{meant}</translation>
        </message>
        <message>
            <source>[… {count} bytes left out …]</source>
            <translation>[… {count} Bytes ausgelassen …]</translation>
        </message>
        <message>
            <source>a date</source>
            <translation>ein Datum</translation>
        </message>
        <message>
            <source>a document</source>
            <translation>ein Dokument</translation>
        </message>
        <message>
            <source>a file</source>
            <translation>aus einer Datei</translation>
        </message>
        <message>
            <source>a file name is empty</source>
            <translation>ein Dateiname ist leer</translation>
        </message>
        <message>
            <source>a huge number</source>
            <translation>eine riesige Zahl</translation>
        </message>
        <message>
            <source>a list</source>
            <translation>eine Liste</translation>
        </message>
        <message>
            <source>a local server</source>
            <translation>lokaler Server</translation>
        </message>
        <message>
            <source>a note has at most {most} characters</source>
            <translation>eine Notiz hat höchstens {most} Zeichen</translation>
        </message>
        <message>
            <source>a number</source>
            <translation>eine Zahl</translation>
        </message>
        <message>
            <source>a number that is not whole</source>
            <translation>eine Zahl, die nicht ganz ist</translation>
        </message>
        <message>
            <source>a plugin or a server</source>
            <translation>von einem Plugin oder Server</translation>
        </message>
        <message>
            <source>a quotation</source>
            <translation>aus einem Zitat</translation>
        </message>
        <message>
            <source>a row is decided about in two ways; decide each once</source>
            <translation>über eine Zeile wird auf zwei Weisen entschieden; über jede nur einmal entscheiden</translation>
        </message>
        <message>
            <source>a server</source>
            <translation>ein Server</translation>
        </message>
        <message>
            <source>a table</source>
            <translation>eine Tabelle</translation>
        </message>
        <message>
            <source>about {amount}</source>
            <translation>ungefähr {amount}</translation>
        </message>
        <message>
            <source>about {read} read, {written} written</source>
            <translation>ungefähr {read} gelesen, {written} geschrieben</translation>
        </message>
        <message>
            <source>about {time}</source>
            <translation>ungefähr {time}</translation>
        </message>
        <message>
            <source>about {usual}</source>
            <translation>ungefähr {usual}</translation>
        </message>
        <message>
            <source>accepted</source>
            <translation>angenommen</translation>
        </message>
        <message>
            <source>action</source>
            <translation>Aktion</translation>
        </message>
        <message>
            <source>ada@example.org</source>
            <translation>ada@example.org</translation>
        </message>
        <message>
            <source>all found on the picture</source>
            <translation>alles auf dem Bild gefunden</translation>
        </message>
        <message>
            <source>allowed</source>
            <translation>erlaubt</translation>
        </message>
        <message>
            <source>allowed for this host</source>
            <translation>für diesen Host erlaubt</translation>
        </message>
        <message>
            <source>allowed from now on</source>
            <translation>von jetzt an erlaubt</translation>
        </message>
        <message>
            <source>allowed in this conversation</source>
            <translation>in dieser Unterhaltung erlaubt</translation>
        </message>
        <message>
            <source>allowed in this folder</source>
            <translation>in diesem Ordner erlaubt</translation>
        </message>
        <message>
            <source>allowed once</source>
            <translation>einmal erlaubt</translation>
        </message>
        <message>
            <source>allowed until {date}</source>
            <translation>erlaubt bis {date}</translation>
        </message>
        <message>
            <source>an answer is being written</source>
            <translation>eine Antwort wird geschrieben</translation>
        </message>
        <message>
            <source>an argument or a variable holds a character that cannot be passed</source>
            <translation>ein Argument oder eine Variable enthält ein Zeichen, das nicht übergeben werden kann</translation>
        </message>
        <message>
            <source>an object</source>
            <translation>ein Objekt</translation>
        </message>
        <message>
            <source>and {count} more</source>
            <translation>und {count} weitere</translation>
        </message>
        <message numerus="yes">
            <source>and {n} more</source>
            <extracomment>and 1 more</extracomment>
            <translation>
                <numerusform>und {n} weiterer</numerusform>
                <numerusform>und {n} weitere</numerusform>
            </translation>
        </message>
        <message>
            <source>another tool</source>
            <translation>von einem anderen Werkzeug</translation>
        </message>
        <message>
            <source>apologetic</source>
            <translation>entschuldigend</translation>
        </message>
        <message>
            <source>ask</source>
            <translation>mit Rückfrage</translation>
        </message>
        <message numerus="yes">
            <source>ask, but for {n} folders</source>
            <extracomment>ask, but for 1 folder</extracomment>
            <translation>
                <numerusform>mit Rückfrage, außer in {n} Ordner</numerusform>
                <numerusform>mit Rückfrage, außer in {n} Ordnern</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>ask, but for {n} hosts</source>
            <extracomment>ask, but for 1 host</extracomment>
            <translation>
                <numerusform>mit Rückfrage, außer bei {n} Host</numerusform>
                <numerusform>mit Rückfrage, außer bei {n} Hosts</numerusform>
            </translation>
        </message>
        <message>
            <source>asked</source>
            <translation>gefragt</translation>
        </message>
        <message>
            <source>asked because the plugin has changed</source>
            <translation>Rückfrage, weil sich das Plugin geändert hat</translation>
        </message>
        <message>
            <source>asked because the server has changed</source>
            <translation>Rückfrage, weil sich der Server geändert hat</translation>
        </message>
        <message>
            <source>asked because this conversation contains text from {places}</source>
            <translation>Rückfrage, weil diese Unterhaltung Text {places} enthält</translation>
        </message>
        <message>
            <source>asked because this tool always asks</source>
            <translation>Rückfrage, weil dieses Werkzeug immer fragt</translation>
        </message>
        <message>
            <source>asked because you have not allowed it yet</source>
            <translation>Rückfrage, weil Sie es noch nicht erlaubt haben</translation>
        </message>
        <message>
            <source>asked because your permission has ended</source>
            <translation>Rückfrage, weil Ihre Erlaubnis abgelaufen ist</translation>
        </message>
        <message>
            <source>asked row by row</source>
            <translation>Zeile für Zeile gefragt</translation>
        </message>
        <message>
            <source>asked the desktop</source>
            <translation>beim Desktop angefragt</translation>
        </message>
        <message>
            <source>asking…</source>
            <translation>wird gefragt…</translation>
        </message>
        <message>
            <source>at a price that is not known</source>
            <translation>zu einem nicht bekannten Preis</translation>
        </message>
        <message>
            <source>at most {most}</source>
            <translation>höchstens {most}</translation>
        </message>
        <message>
            <source>at most {time}</source>
            <translation>höchstens {time}</translation>
        </message>
        <message>
            <source>bank account</source>
            <translation>Bankkonto</translation>
        </message>
        <message>
            <source>base64, separated by commas</source>
            <translation>Base64, durch Kommas getrennt</translation>
        </message>
        <message>
            <source>batches</source>
            <translation>Stapel</translation>
        </message>
        <message>
            <source>before sending</source>
            <translation>vor dem Senden</translation>
        </message>
        <message>
            <source>being called back</source>
            <translation>wird zurückgerufen</translation>
        </message>
        <message>
            <source>being collected</source>
            <translation>wird abgeholt</translation>
        </message>
        <message>
            <source>being sent</source>
            <translation>wird gesendet</translation>
        </message>
        <message>
            <source>brief</source>
            <translation>knapp</translation>
        </message>
        <message>
            <source>budget</source>
            <translation>Budget</translation>
        </message>
        <message>
            <source>budget reached</source>
            <translation>Budget erreicht</translation>
        </message>
        <message>
            <source>byte {number} is not UTF-8</source>
            <translation>Byte {number} ist kein UTF-8</translation>
        </message>
        <message>
            <source>called back</source>
            <translation>zurückgerufen</translation>
        </message>
        <message>
            <source>can use tools</source>
            <translation>kann Werkzeuge nutzen</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>abgebrochen</translation>
        </message>
        <message>
            <source>cancelled {time}</source>
            <translation>abgebrochen {time}</translation>
        </message>
        <message>
            <source>cancelling</source>
            <translation>bricht ab</translation>
        </message>
        <message>
            <source>cancelling: the service has not confirmed it yet</source>
            <translation>bricht ab: vom Dienst noch nicht bestätigt</translation>
        </message>
        <message>
            <source>cancelling…</source>
            <translation>bricht ab…</translation>
        </message>
        <message>
            <source>cannot be used</source>
            <translation>nicht verwendbar</translation>
        </message>
        <message>
            <source>cannot fetch pictures from the web</source>
            <translation>kann keine Bilder aus dem Web holen</translation>
        </message>
        <message>
            <source>cannot read PDF documents</source>
            <translation>kann keine PDF-Dokumente lesen</translation>
        </message>
        <message>
            <source>cannot see pictures</source>
            <translation>sieht keine Bilder</translation>
        </message>
        <message>
            <source>cannot see; gets the text this computer reads</source>
            <translation>sieht keine Bilder; erhält den Text, den dieser Computer liest</translation>
        </message>
        <message>
            <source>captures</source>
            <translation>Aufnahmen</translation>
        </message>
        <message>
            <source>card</source>
            <translation>Karte</translation>
        </message>
        <message>
            <source>category</source>
            <translation>Kategorie</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>geändert</translation>
        </message>
        <message>
            <source>changes things</source>
            <translation>ändert etwas</translation>
        </message>
        <message>
            <source>checked</source>
            <translation>geprüft</translation>
        </message>
        <message>
            <source>checked; nothing was sent yet</source>
            <translation>geprüft; noch wurde nichts gesendet</translation>
        </message>
        <message>
            <source>clearer</source>
            <translation>klarer</translation>
        </message>
        <message>
            <source>compare two folders, or two pictures</source>
            <translation>zwei Ordner oder zwei Bilder vergleichen</translation>
        </message>
        <message>
            <source>compared</source>
            <translation>verglichen</translation>
        </message>
        <message>
            <source>complete</source>
            <translation>vollständig</translation>
        </message>
        <message>
            <source>copied</source>
            <translation>kopiert</translation>
        </message>
        <message>
            <source>cost</source>
            <translation>Kosten</translation>
        </message>
        <message>
            <source>cost not known</source>
            <translation>Kosten unbekannt</translation>
        </message>
        <message>
            <source>cost so far</source>
            <translation>Kosten bisher</translation>
        </message>
        <message>
            <source>cost {amount}</source>
            <translation>Kosten {amount}</translation>
        </message>
        <message>
            <source>d MMM</source>
            <translation>d. MMM</translation>
        </message>
        <message>
            <source>d MMMM yyyy</source>
            <translation>d. MMMM yyyy</translation>
        </message>
        <message>
            <source>days</source>
            <translation>Tage</translation>
        </message>
        <message>
            <source>declining</source>
            <translation>ablehnend</translation>
        </message>
        <message>
            <source>default</source>
            <translation>Vorgabe</translation>
        </message>
        <message>
            <source>delete</source>
            <translation>löschen</translation>
        </message>
        <message>
            <source>denied</source>
            <translation>abgelehnt</translation>
        </message>
        <message>
            <source>denied by you</source>
            <translation>von Ihnen abgelehnt</translation>
        </message>
        <message>
            <source>denied by you from now on</source>
            <translation>von Ihnen von jetzt an abgelehnt</translation>
        </message>
        <message>
            <source>denied by you in this conversation</source>
            <translation>von Ihnen in dieser Unterhaltung abgelehnt</translation>
        </message>
        <message>
            <source>documents</source>
            <translation>Dokumente</translation>
        </message>
        <message>
            <source>does not go along</source>
            <translation>wird nicht mitgesendet</translation>
        </message>
        <message>
            <source>done</source>
            <translation>fertig</translation>
        </message>
        <message>
            <source>elsewhere</source>
            <translation>von anderswo</translation>
        </message>
        <message>
            <source>empty</source>
            <translation>leer</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>beendet</translation>
        </message>
        <message>
            <source>ended {when}</source>
            <translation>abgelaufen {when}</translation>
        </message>
        <message>
            <source>ends in the middle of something</source>
            <translation>endet mitten in etwas</translation>
        </message>
        <message>
            <source>ends {day}</source>
            <translation>endet {day}</translation>
        </message>
        <message>
            <source>est. {amount}</source>
            <translation>gesch. {amount}</translation>
        </message>
        <message>
            <source>estimate</source>
            <translation>Schätzung</translation>
        </message>
        <message>
            <source>every call</source>
            <translation>jeder Aufruf</translation>
        </message>
        <message>
            <source>exit code {code}</source>
            <translation>Exit-Code {code}</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>fehlgeschlagen</translation>
        </message>
        <message>
            <source>fairly sure</source>
            <translation>ziemlich sicher</translation>
        </message>
        <message>
            <source>fields taken out</source>
            <translation>Felder entnommen</translation>
        </message>
        <message>
            <source>files in {folder}</source>
            <translation>Dateien in {folder}</translation>
        </message>
        <message>
            <source>finished</source>
            <translation>fertig</translation>
        </message>
        <message>
            <source>finished {time}</source>
            <translation>fertig {time}</translation>
        </message>
        <message>
            <source>folded</source>
            <translation>zugeklappt</translation>
        </message>
        <message>
            <source>for this session</source>
            <translation>für diese Sitzung</translation>
        </message>
        <message>
            <source>formal</source>
            <translation>förmlich</translation>
        </message>
        <message>
            <source>found {name} on {place}</source>
            <translation>{name} gefunden, {place}</translation>
        </message>
        <message>
            <source>free</source>
            <translation>kostenlos</translation>
        </message>
        <message>
            <source>free tier, no credit bought yet</source>
            <translation>kostenlose Stufe, noch kein Guthaben gekauft</translation>
        </message>
        <message>
            <source>friendlier</source>
            <translation>freundlicher</translation>
        </message>
        <message>
            <source>friendly</source>
            <translation>freundlich</translation>
        </message>
        <message>
            <source>friendly, formal, brief</source>
            <translation>freundlich, förmlich, knapp</translation>
        </message>
        <message>
            <source>from the environment</source>
            <translation>aus der Umgebung</translation>
        </message>
        <message>
            <source>full price</source>
            <translation>voller Preis</translation>
        </message>
        <message>
            <source>full price, one by one</source>
            <translation>voller Preis, einzeln</translation>
        </message>
        <message>
            <source>full price, through the service's batches</source>
            <translation>voller Preis, über die Stapel des Dienstes</translation>
        </message>
        <message>
            <source>full price: row by row, now</source>
            <translation>voller Preis: Zeile für Zeile, jetzt</translation>
        </message>
        <message>
            <source>goes along</source>
            <translation>wird mitgesendet</translation>
        </message>
        <message>
            <source>half price</source>
            <translation>halber Preis</translation>
        </message>
        <message>
            <source>half price, through the service's batches</source>
            <translation>halber Preis, über die Stapel des Dienstes</translation>
        </message>
        <message>
            <source>has a closing bracket without its opening one</source>
            <translation>hat eine schließende Klammer ohne die öffnende</translation>
        </message>
        <message>
            <source>has a range that ends before it begins</source>
            <translation>hat einen Bereich, der endet, bevor er beginnt</translation>
        </message>
        <message>
            <source>has an opening bracket without its closing one</source>
            <translation>hat eine öffnende Klammer ohne die schließende</translation>
        </message>
        <message>
            <source>has brackets inside brackets too often</source>
            <translation>hat zu viele ineinander geschachtelte Klammern</translation>
        </message>
        <message>
            <source>has {value}, which {problem}</source>
            <translation>enthält {value}; dies {problem}</translation>
        </message>
        <message>
            <source>holds {value}, which is no public key in base64</source>
            <translation>enthält {value}, was kein öffentlicher Schlüssel in Base64 ist</translation>
        </message>
        <message>
            <source>holds {value}, which is not one of {values}</source>
            <translation>enthält {value}, was keines von {values} ist</translation>
        </message>
        <message>
            <source>how the command line calls it</source>
            <translation>wie die Befehlszeile sie nennt</translation>
        </message>
        <message>
            <source>in the text</source>
            <translation>im Text</translation>
        </message>
        <message>
            <source>in use</source>
            <translation>in Gebrauch</translation>
        </message>
        <message>
            <source>instructions</source>
            <translation>Anweisungen</translation>
        </message>
        <message>
            <source>into {language}</source>
            <translation>in die Sprache {language}</translation>
        </message>
        <message>
            <source>is not a key combination such as Ctrl+Shift+Space</source>
            <translation>ist keine Tastenkombination wie Ctrl+Shift+Space</translation>
        </message>
        <message>
            <source>it always asks</source>
            <translation>es immer fragt</translation>
        </message>
        <message>
            <source>it did not answer within {seconds} seconds</source>
            <translation>er hat nicht innerhalb von {seconds} Sekunden geantwortet</translation>
        </message>
        <message>
            <source>it does not speak HTTP properly, or sends too much</source>
            <translation>er spricht HTTP nicht richtig oder sendet zu viel</translation>
        </message>
        <message>
            <source>it had changed since it was allowed</source>
            <translation>es sich seit der Erlaubnis geändert hatte</translation>
        </message>
        <message>
            <source>it has no such name</source>
            <translation>einen solchen Namen gibt es nicht</translation>
        </message>
        <message>
            <source>it is larger than 10 MB</source>
            <translation>sie ist größer als 10 MB</translation>
        </message>
        <message>
            <source>it is larger than 50 MB</source>
            <translation>sie ist größer als 50 MB</translation>
        </message>
        <message>
            <source>it is nested too deeply</source>
            <translation>sie ist zu tief verschachtelt</translation>
        </message>
        <message>
            <source>it is not an object: {...}</source>
            <translation>sie ist kein Objekt: {...}</translation>
        </message>
        <message>
            <source>it unpacks to far more than an export does</source>
            <translation>es entpackt zu weit mehr als ein Export</translation>
        </message>
        <message>
            <source>its arguments and variables are too long</source>
            <translation>die Argumente und Variablen sind zu lang</translation>
        </message>
        <message>
            <source>its certificate is not trusted on this computer</source>
            <translation>seinem Zertifikat wird auf diesem Computer nicht vertraut</translation>
        </message>
        <message>
            <source>its working folder {folder} is not a folder</source>
            <translation>der Arbeitsordner {folder} ist kein Ordner</translation>
        </message>
        <message>
            <source>its working folder {folder} is not there</source>
            <translation>den Arbeitsordner {folder} gibt es nicht</translation>
        </message>
        <message>
            <source>its working folder {folder} may not be entered</source>
            <translation>der Arbeitsordner {folder} darf nicht betreten werden</translation>
        </message>
        <message>
            <source>job</source>
            <translation>Aufgabe</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>gerade eben</translation>
        </message>
        <message>
            <source>key</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>keychain not open</source>
            <translation>Schlüsselbund nicht offen</translation>
        </message>
        <message>
            <source>kireji batch list shows those there are.</source>
            <translation>kireji batch list zeigt die vorhandenen.</translation>
        </message>
        <message>
            <source>kireji batch show tells where it stands.</source>
            <translation>kireji batch show sagt, wie es um sie steht.</translation>
        </message>
        <message numerus="yes">
            <source>last {n} rows with the service since {time}</source>
            <extracomment>last row with the service since {time}</extracomment>
            <translation>
                <numerusform>letzte Zeile seit {time} beim Dienst</numerusform>
                <numerusform>letzte {n} seit {time} beim Dienst</numerusform>
            </translation>
        </message>
        <message>
            <source>left out</source>
            <translation>ausgelassen</translation>
        </message>
        <message>
            <source>less than a second</source>
            <translation>weniger als eine Sekunde</translation>
        </message>
        <message>
            <source>level</source>
            <translation>Stufe</translation>
        </message>
        <message>
            <source>level right in {right} of {named}</source>
            <translation>Stufe richtig in {right} von {named}</translation>
        </message>
        <message>
            <source>line {line}, column {column}</source>
            <translation>Zeile {line}, Spalte {column}</translation>
        </message>
        <message>
            <source>line {line}: {why}</source>
            <translation>Zeile {line}: {why}</translation>
        </message>
        <message>
            <source>list</source>
            <translation>Liste</translation>
        </message>
        <message>
            <source>looking for duplicates</source>
            <translation>Duplikate werden gesucht</translation>
        </message>
        <message>
            <source>looking through pictures, {done} of {rows}</source>
            <translation>Bilder werden durchgesehen, {done} von {rows}</translation>
        </message>
        <message>
            <source>looking through rows, {done} of {rows}</source>
            <translation>Zeilen werden durchgesehen, {done} von {rows}</translation>
        </message>
        <message>
            <source>looking…</source>
            <translation>wird gesucht…</translation>
        </message>
        <message>
            <source>looks for nothing</source>
            <translation>sucht nach nichts</translation>
        </message>
        <message>
            <source>macOS 15.0 and 15.1 refuse shortcuts with Option alone.</source>
            <translation>macOS 15.0 und 15.1 lehnen Tastenkürzel mit Option allein ab.</translation>
        </message>
        <message>
            <source>macOS did not press the keys for Copy.</source>
            <translation>macOS hat die Tasten zum Kopieren nicht gedrückt.</translation>
        </message>
        <message>
            <source>macOS does not let Kireji press keys in other programs.</source>
            <translation>macOS lässt Kireji keine Tasten in anderen Programmen drücken.</translation>
        </message>
        <message>
            <source>macOS does not let Kireji record the screen.</source>
            <translation>macOS erlaubt Kireji nicht, den Bildschirm aufzunehmen.</translation>
        </message>
        <message>
            <source>macOS does not offer global shortcuts to this program.</source>
            <translation>macOS bietet diesem Programm keine globalen Tastenkürzel.</translation>
        </message>
        <message>
            <source>macOS does not tell this program of shortcuts.</source>
            <translation>macOS meldet diesem Programm keine Tastenkürzel.</translation>
        </message>
        <message>
            <source>macOS has Kireji switched off at login.</source>
            <translation>In macOS ist Kireji bei der Anmeldung ausgeschaltet.</translation>
        </message>
        <message>
            <source>macOS will ask for leave to record the screen at the first capture.</source>
            <translation>Bei der ersten Aufnahme fragt macOS, ob der Bildschirm aufgenommen werden darf.</translation>
        </message>
        <message>
            <source>made</source>
            <translation>angelegt</translation>
        </message>
        <message>
            <source>made from</source>
            <translation>Quelle</translation>
        </message>
        <message>
            <source>mail address</source>
            <translation>E-Mail-Adresse</translation>
        </message>
        <message>
            <source>max_tokens is {limit}; an answer needs at least 1.</source>
            <translation>max_tokens ist {limit}; eine Antwort braucht mindestens 1.</translation>
        </message>
        <message>
            <source>may change things and send data</source>
            <translation>kann etwas ändern und Daten senden</translation>
        </message>
        <message>
            <source>may not be empty</source>
            <translation>darf nicht leer sein</translation>
        </message>
        <message>
            <source>mcp: {name}</source>
            <translation>mcp: {name}</translation>
        </message>
        <message>
            <source>more formal</source>
            <translation>förmlicher</translation>
        </message>
        <message>
            <source>more than {most} GB came out of the archive</source>
            <translation>aus dem Archiv kamen mehr als {most} GB</translation>
        </message>
        <message>
            <source>must be 'system', 'none', or an address that begins with http:// or https://</source>
            <translation>muss 'system', 'none' oder eine Adresse sein, die mit http:// oder https:// beginnt</translation>
        </message>
        <message>
            <source>must be a list of texts in quotes</source>
            <translation>muss eine Liste von Texten in Anführungszeichen sein</translation>
        </message>
        <message>
            <source>must be a number</source>
            <translation>muss eine Zahl sein</translation>
        </message>
        <message>
            <source>must be a whole number</source>
            <translation>muss eine ganze Zahl sein</translation>
        </message>
        <message>
            <source>must be a whole path, such as ~/backups</source>
            <translation>muss ein vollständiger Pfad sein, etwa ~/backups</translation>
        </message>
        <message>
            <source>must be an address that begins with http:// or https://</source>
            <translation>muss eine Adresse sein, die mit http:// oder https:// beginnt</translation>
        </message>
        <message>
            <source>must be an address that begins with https://</source>
            <translation>muss eine Adresse sein, die mit https:// beginnt</translation>
        </message>
        <message>
            <source>must be between {low} and {high}</source>
            <translation>muss zwischen {low} und {high} liegen</translation>
        </message>
        <message>
            <source>must be one of {values}</source>
            <translation>muss eines von {values} sein</translation>
        </message>
        <message>
            <source>must be text in quotes</source>
            <translation>muss Text in Anführungszeichen sein</translation>
        </message>
        <message>
            <source>must be true or false</source>
            <translation>muss true oder false sein</translation>
        </message>
        <message>
            <source>must have between 1 and {most} characters</source>
            <translation>muss zwischen 1 und {most} Zeichen haben</translation>
        </message>
        <message>
            <source>name a file, a folder, or --last-captures N</source>
            <translation>eine Datei, einen Ordner oder --last-captures N angeben</translation>
        </message>
        <message>
            <source>named in the file</source>
            <translation>in der Datei genannt</translation>
        </message>
        <message>
            <source>nearly spent</source>
            <translation>fast ausgegeben</translation>
        </message>
        <message>
            <source>needs you</source>
            <translation>wartet auf Sie</translation>
        </message>
        <message>
            <source>new answer</source>
            <translation>neue Antwort</translation>
        </message>
        <message>
            <source>no</source>
            <translation>nein</translation>
        </message>
        <message>
            <source>no address</source>
            <translation>keine Adresse</translation>
        </message>
        <message>
            <source>no folder, since PATH is empty</source>
            <translation>keinem Ordner, weil PATH leer ist</translation>
        </message>
        <message>
            <source>no key</source>
            <translation>kein Schlüssel</translation>
        </message>
        <message>
            <source>no keys</source>
            <translation>keine Tasten</translation>
        </message>
        <message>
            <source>no model</source>
            <translation>kein Modell</translation>
        </message>
        <message>
            <source>no name</source>
            <translation>kein Name</translation>
        </message>
        <message>
            <source>no picture in it</source>
            <translation>kein Bild darin</translation>
        </message>
        <message>
            <source>no secret</source>
            <translation>kein Geheimnis</translation>
        </message>
        <message>
            <source>no verdict</source>
            <translation>kein Urteil</translation>
        </message>
        <message>
            <source>no verdict: {reason}</source>
            <translation>kein Urteil: {reason}</translation>
        </message>
        <message>
            <source>nobody knows: the price is not known</source>
            <translation>nicht bekannt, weil der Preis nicht bekannt ist</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>none found</source>
            <translation>keiner gefunden</translation>
        </message>
        <message>
            <source>none yet</source>
            <translation>noch keine</translation>
        </message>
        <message>
            <source>not asked yet</source>
            <translation>noch nicht gefragt</translation>
        </message>
        <message>
            <source>not available</source>
            <translation>nicht verfügbar</translation>
        </message>
        <message>
            <source>not compared with the picture</source>
            <translation>nicht mit dem Bild verglichen</translation>
        </message>
        <message>
            <source>not found in what was judged</source>
            <translation>nicht in dem gefunden, was beurteilt wurde</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>nicht bekannt</translation>
        </message>
        <message>
            <source>not possible here</source>
            <translation>hier nicht möglich</translation>
        </message>
        <message>
            <source>not reached</source>
            <translation>nicht erreicht</translation>
        </message>
        <message>
            <source>not said</source>
            <translation>nicht angegeben</translation>
        </message>
        <message>
            <source>not saved</source>
            <translation>nicht gesichert</translation>
        </message>
        <message>
            <source>not sent</source>
            <translation>nicht gesendet</translation>
        </message>
        <message>
            <source>not started</source>
            <translation>nicht gestartet</translation>
        </message>
        <message>
            <source>not sure</source>
            <translation>nicht sicher</translation>
        </message>
        <message>
            <source>not there any more</source>
            <translation>nicht mehr vorhanden</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>nichts</translation>
        </message>
        <message>
            <source>nothing answers there</source>
            <translation>dort antwortet nichts</translation>
        </message>
        <message>
            <source>nothing found</source>
            <translation>nichts gefunden</translation>
        </message>
        <message>
            <source>nothing is done yet</source>
            <translation>noch ist nichts fertig</translation>
        </message>
        <message>
            <source>nothing paid for this row</source>
            <translation>für diese Zeile nichts bezahlt</translation>
        </message>
        <message>
            <source>nothing that it names</source>
            <translation>nichts, das genannt würde</translation>
        </message>
        <message>
            <source>nothing was said about it yet</source>
            <translation>noch nichts dazu gesagt war</translation>
        </message>
        <message>
            <source>nothing: then it must be given</source>
            <translation>nichts: Dann muss es angegeben werden</translation>
        </message>
        <message>
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <source>null</source>
            <translation>null</translation>
        </message>
        <message>
            <source>number</source>
            <translation>Zahl</translation>
        </message>
        <message>
            <source>off</source>
            <translation>aus</translation>
        </message>
        <message>
            <source>off for {name}</source>
            <translation>aus für {name}</translation>
        </message>
        <message>
            <source>on</source>
            <translation>ein</translation>
        </message>
        <message>
            <source>on its way</source>
            <translation>unterwegs</translation>
        </message>
        <message>
            <source>on picture {number}</source>
            <translation>auf Bild {number}</translation>
        </message>
        <message>
            <source>on picture {number}, place unknown</source>
            <translation>auf Bild {number}, Stelle unbekannt</translation>
        </message>
        <message>
            <source>one call with exactly these arguments</source>
            <translation>ein Aufruf mit genau diesen Argumenten</translation>
        </message>
        <message>
            <source>one conversation</source>
            <translation>eine Unterhaltung</translation>
        </message>
        <message>
            <source>one file or folder makes a job; several files only where all are pictures</source>
            <translation>eine Datei oder ein Ordner ergibt eine Aufgabe; mehrere Dateien nur, wenn alle Bilder sind</translation>
        </message>
        <message>
            <source>only guessing</source>
            <translation>nur geraten</translation>
        </message>
        <message>
            <source>open</source>
            <translation>offen</translation>
        </message>
        <message>
            <source>own word</source>
            <translation>eigenes Wort</translation>
        </message>
        <message>
            <source>pages of {host}</source>
            <translation>Seiten von {host}</translation>
        </message>
        <message>
            <source>password</source>
            <translation>Passwort</translation>
        </message>
        <message>
            <source>pasted picture</source>
            <translation>eingefügtes Bild</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>pausiert</translation>
        </message>
        <message>
            <source>paused: nothing new is sent</source>
            <translation>pausiert: nichts Neues wird gesendet</translation>
        </message>
        <message>
            <source>person number</source>
            <translation>Personenkennzahl</translation>
        </message>
        <message>
            <source>picture</source>
            <translation>Bild</translation>
        </message>
        <message>
            <source>picture {number}</source>
            <translation>Bild {number}</translation>
        </message>
        <message>
            <source>pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>angeheftet</translation>
        </message>
        <message>
            <source>place unknown</source>
            <translation>Stelle unbekannt</translation>
        </message>
        <message>
            <source>plugin {name}</source>
            <translation>Plugin {name}</translation>
        </message>
        <message>
            <source>policy: {policy}</source>
            <translation>Richtlinie: {policy}</translation>
        </message>
        <message>
            <source>port {port}</source>
            <translation>Port {port}</translation>
        </message>
        <message>
            <source>price</source>
            <translation>Preis</translation>
        </message>
        <message>
            <source>private key</source>
            <translation>privater Schlüssel</translation>
        </message>
        <message>
            <source>read-only</source>
            <translation>nur lesend</translation>
        </message>
        <message>
            <source>reading</source>
            <translation>wird gelesen</translation>
        </message>
        <message>
            <source>reading the rows…</source>
            <translation>die Zeilen werden gelesen…</translation>
        </message>
        <message>
            <source>reading verdicts: {rows}</source>
            <translation>Urteile werden gelesen: {rows}</translation>
        </message>
        <message>
            <source>reading {name}</source>
            <translation>{name} wird gelesen</translation>
        </message>
        <message>
            <source>reads documents</source>
            <translation>liest Dokumente</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>bereit</translation>
        </message>
        <message>
            <source>ready · reads text only</source>
            <translation>bereit · liest nur Text</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>abgelehnt</translation>
        </message>
        <message>
            <source>repeats nothing with {sign}</source>
            <translation>wiederholt mit {sign} nichts</translation>
        </message>
        <message>
            <source>repeats too much; at most {most} characters can be counted</source>
            <translation>wiederholt zu viel; höchstens {most} Zeichen können gezählt werden</translation>
        </message>
        <message>
            <source>retired</source>
            <translation>eingestellt</translation>
        </message>
        <message>
            <source>rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>running</source>
            <translation>läuft</translation>
        </message>
        <message>
            <source>saved</source>
            <translation>gesichert</translation>
        </message>
        <message>
            <source>say --yes, for the answers are deleted with the job</source>
            <translation>--yes angeben, denn die Antworten werden mit der Aufgabe gelöscht</translation>
        </message>
        <message>
            <source>seen working</source>
            <translation>Funktion bestätigt</translation>
        </message>
        <message>
            <source>sees pictures</source>
            <translation>sieht Bilder</translation>
        </message>
        <message>
            <source>sending the rows…</source>
            <translation>die Zeilen werden gesendet…</translation>
        </message>
        <message>
            <source>sends data</source>
            <translation>sendet Daten</translation>
        </message>
        <message numerus="yes">
            <source>sent {n} times</source>
            <extracomment>sent once</extracomment>
            <translation>
                <numerusform>{n}-mal gesendet</numerusform>
                <numerusform>{n}-mal gesendet</numerusform>
            </translation>
        </message>
        <message>
            <source>sent, no answer yet</source>
            <translation>gesendet, noch keine Antwort</translation>
        </message>
        <message>
            <source>server {name}</source>
            <translation>Server {name}</translation>
        </message>
        <message>
            <source>servers of tools</source>
            <translation>Server von Werkzeugen</translation>
        </message>
        <message>
            <source>shorter</source>
            <translation>kürzer</translation>
        </message>
        <message>
            <source>signal {number}</source>
            <translation>Signal {number}</translation>
        </message>
        <message>
            <source>since {when}</source>
            <translation>seit {when}</translation>
        </message>
        <message>
            <source>sk-ant-…, ghp_…, AKIA…</source>
            <translation>sk-ant-…, ghp_…, AKIA…</translation>
        </message>
        <message>
            <source>started</source>
            <translation>gestartet</translation>
        </message>
        <message>
            <source>starting…</source>
            <translation>startet…</translation>
        </message>
        <message>
            <source>state</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>angehalten</translation>
        </message>
        <message>
            <source>stopped before you answered</source>
            <translation>angehalten, bevor Sie geantwortet haben</translation>
        </message>
        <message>
            <source>stored, not tested yet</source>
            <translation>gespeichert, noch nicht getestet</translation>
        </message>
        <message>
            <source>switched off</source>
            <translation>ausgeschaltet</translation>
        </message>
        <message>
            <source>tables taken out</source>
            <translation>Tabellen entnommen</translation>
        </message>
        <message>
            <source>taken by another program</source>
            <translation>von einem anderen Programm belegt</translation>
        </message>
        <message>
            <source>taken from an earlier job, not asked again</source>
            <translation>aus einer früheren Aufgabe übernommen, nicht noch einmal gefragt</translation>
        </message>
        <message>
            <source>telephone number</source>
            <translation>Telefonnummer</translation>
        </message>
        <message>
            <source>tested {when}</source>
            <translation>getestet {when}</translation>
        </message>
        <message>
            <source>testing…</source>
            <translation>wird getestet…</translation>
        </message>
        <message>
            <source>text</source>
            <translation>Text</translation>
        </message>
        <message>
            <source>that is a folder</source>
            <translation>das ist ein Ordner</translation>
        </message>
        <message>
            <source>the address that jobs tell</source>
            <translation>Adresse für Nachrichten über Aufgaben</translation>
        </message>
        <message numerus="yes">
            <source>the answers of {n} jobs</source>
            <extracomment>the answers of 1 job</extracomment>
            <translation>
                <numerusform>die Antworten von {n} Aufgabe</numerusform>
                <numerusform>die Antworten von {n} Aufgaben</numerusform>
            </translation>
        </message>
        <message>
            <source>the archive is damaged ({why})</source>
            <translation>das Archiv ist beschädigt ({why})</translation>
        </message>
        <message>
            <source>the clipboard</source>
            <translation>aus der Zwischenablage</translation>
        </message>
        <message>
            <source>the connection was lost</source>
            <translation>die Verbindung ist verloren gegangen</translation>
        </message>
        <message>
            <source>the conversation “{title}”</source>
            <translation>die Unterhaltung „{title}“</translation>
        </message>
        <message>
            <source>the file is not a program that this computer can run</source>
            <translation>die Datei ist kein Programm, das dieser Computer ausführen kann</translation>
        </message>
        <message>
            <source>the file is not executable</source>
            <translation>die Datei ist nicht ausführbar</translation>
        </message>
        <message>
            <source>the local server</source>
            <translation>den lokalen Server</translation>
        </message>
        <message>
            <source>the model declined to judge</source>
            <translation>das Modell hat es abgelehnt zu urteilen</translation>
        </message>
        <message>
            <source>the model declined to judge: {action}</source>
            <translation>das Modell hat es abgelehnt zu urteilen: {action}</translation>
        </message>
        <message>
            <source>the model server at {host}</source>
            <translation>der Modellserver unter {host}</translation>
        </message>
        <message>
            <source>the newest version</source>
            <translation>neueste Version</translation>
        </message>
        <message>
            <source>the object</source>
            <translation>das Objekt</translation>
        </message>
        <message>
            <source>the permission had ended</source>
            <translation>die Erlaubnis abgelaufen war</translation>
        </message>
        <message>
            <source>the program named in its first line is not there</source>
            <translation>das in der ersten Zeile genannte Programm gibt es nicht</translation>
        </message>
        <message>
            <source>the proxy refused or was not reached</source>
            <translation>der Proxy hat abgelehnt oder wurde nicht erreicht</translation>
        </message>
        <message>
            <source>the same as row {number}, asked once</source>
            <translation>gleich wie Zeile {number}, einmal gefragt</translation>
        </message>
        <message>
            <source>the setting network.ca_file</source>
            <translation>der Einstellung network.ca_file</translation>
        </message>
        <message>
            <source>the variable</source>
            <translation>die Variable</translation>
        </message>
        <message>
            <source>the web</source>
            <translation>aus dem Web</translation>
        </message>
        <message>
            <source>the whole question {price}</source>
            <translation>die ganze Frage {price}</translation>
        </message>
        <message>
            <source>there is no such file</source>
            <translation>es gibt keine solche Datei</translation>
        </message>
        <message>
            <source>these are more than {most} rows</source>
            <translation>das sind mehr als {most} Zeilen</translation>
        </message>
        <message>
            <source>this computer has no room for another program</source>
            <translation>auf diesem Computer ist kein Platz für ein weiteres Programm</translation>
        </message>
        <message>
            <source>this model</source>
            <translation>dieses Modell</translation>
        </message>
        <message>
            <source>time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>to be seen on picture {number}</source>
            <translation>auf Bild {number} zu sehen</translation>
        </message>
        <message>
            <source>today</source>
            <translation>heute</translation>
        </message>
        <message>
            <source>today {time}</source>
            <translation>heute {time}</translation>
        </message>
        <message>
            <source>tokens</source>
            <translation>Token</translation>
        </message>
        <message>
            <source>tomorrow {time}</source>
            <translation>morgen {time}</translation>
        </message>
        <message>
            <source>tone</source>
            <translation>Ton</translation>
        </message>
        <message>
            <source>too late</source>
            <translation>zu spät</translation>
        </message>
        <message>
            <source>tools</source>
            <translation>Werkzeuge</translation>
        </message>
        <message>
            <source>tried {when}</source>
            <translation>versucht {when}</translation>
        </message>
        <message>
            <source>true or false</source>
            <translation>wahr oder falsch</translation>
        </message>
        <message>
            <source>uncertain</source>
            <translation>ungewiss</translation>
        </message>
        <message>
            <source>under {amount}</source>
            <translation>unter {amount}</translation>
        </message>
        <message>
            <source>unknown reason</source>
            <translation>unbekannter Grund</translation>
        </message>
        <message>
            <source>until {when}</source>
            <translation>bis {when}</translation>
        </message>
        <message>
            <source>used {used}, no limit</source>
            <translation>{used} verbraucht, keine Grenze</translation>
        </message>
        <message>
            <source>uses (?…), which is not offered here; only (?:…) is</source>
            <translation>verwendet (?…), was es hier nicht gibt; nur (?:…) gibt es</translation>
        </message>
        <message>
            <source>uses {sign}, which is not offered here</source>
            <translation>verwendet {sign}, was es hier nicht gibt</translation>
        </message>
        <message>
            <source>usually within {usual}, at most {most}</source>
            <translation>meist innerhalb von {usual}, höchstens {most}</translation>
        </message>
        <message>
            <source>usually {usual}, at most {most}</source>
            <translation>meist {usual}, höchstens {most}</translation>
        </message>
        <message>
            <source>very sure</source>
            <translation>sehr sicher</translation>
        </message>
        <message>
            <source>void: it has changed since</source>
            <translation>ungültig: seither geändert</translation>
        </message>
        <message>
            <source>waits</source>
            <translation>wartet</translation>
        </message>
        <message>
            <source>waits for you</source>
            <translation>wartet auf Sie</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>wartet auf das Senden</translation>
        </message>
        <message>
            <source>what is to be seen, not words</source>
            <translation>zu sehen, nicht als Wörter</translation>
        </message>
        <message>
            <source>whole number</source>
            <translation>ganze Zahl</translation>
        </message>
        <message>
            <source>why</source>
            <translation>Grund</translation>
        </message>
        <message>
            <source>with its mistakes corrected</source>
            <translation>mit berichtigten Fehlern</translation>
        </message>
        <message>
            <source>with the service</source>
            <translation>beim Dienst</translation>
        </message>
        <message>
            <source>with the service since {time}</source>
            <translation>seit {time} beim Dienst</translation>
        </message>
        <message>
            <source>with the service since {time}, at most {hours} h</source>
            <translation>seit {time} beim Dienst, höchstens {hours} h</translation>
        </message>
        <message>
            <source>within budget</source>
            <translation>im Budget</translation>
        </message>
        <message>
            <source>within {name}</source>
            <translation>in {name}</translation>
        </message>
        <message>
            <source>without a reason</source>
            <translation>ohne Angabe von Gründen</translation>
        </message>
        <message>
            <source>words</source>
            <translation>Text</translation>
        </message>
        <message>
            <source>words from outside stood in the conversation</source>
            <translation>Worte von außen in der Unterhaltung standen</translation>
        </message>
        <message>
            <source>works</source>
            <translation>funktioniert</translation>
        </message>
        <message>
            <source>writing</source>
            <translation>wird geschrieben</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
        <message>
            <source>yes or no</source>
            <translation>ja oder nein</translation>
        </message>
        <message>
            <source>yesterday {time}</source>
            <translation>gestern {time}</translation>
        </message>
        <message>
            <source>your screen</source>
            <translation>von Ihrem Bildschirm</translation>
        </message>
        <message>
            <source>yours</source>
            <translation>Ihre</translation>
        </message>
        <message>
            <source>{action}: nothing was found</source>
            <translation>{action}: Nichts wurde gefunden</translation>
        </message>
        <message>
            <source>{action}: the model declined to judge</source>
            <translation>{action}: Das Modell hat es abgelehnt zu urteilen</translation>
        </message>
        <message>
            <source>{action}: {findings}</source>
            <translation>{action}: {findings}</translation>
        </message>
        <message>
            <source>{address_hint}, and the model.</source>
            <translation>{address_hint}, ebenso das Modell.</translation>
        </message>
        <message>
            <source>{address_hint}, and the proxy settings.</source>
            <translation>{address_hint}, ebenso die Proxy-Einstellungen.</translation>
        </message>
        <message>
            <source>{address_hint}: a service without encryption begins with http://.</source>
            <translation>{address_hint}: ein Dienst ohne Verschlüsselung beginnt mit http://.</translation>
        </message>
        <message>
            <source>{address_hint}; a network's login page may be in the way too.</source>
            <translation>{address_hint}; auch die Anmeldeseite eines Netzes kann im Weg sein.</translation>
        </message>
        <message>
            <source>{address_hint}; it begins with https:// or http://.</source>
            <translation>{address_hint}; sie beginnt mit https:// oder http://.</translation>
        </message>
        <message>
            <source>{address}
in your own network</source>
            <translation>{address}
im eigenen Netz</translation>
        </message>
        <message>
            <source>{address} answered with status {status}.</source>
            <translation>{address} hat mit dem Status {status} geantwortet.</translation>
        </message>
        <message>
            <source>{address} holds no words that could be read.</source>
            <translation>{address} enthält keinen lesbaren Text.</translation>
        </message>
        <message>
            <source>{address} leads from one place to the next.</source>
            <translation>{address} führt von einem Ort zum nächsten.</translation>
        </message>
        <message>
            <source>{all}: {parts}</source>
            <translation>{all}: {parts}</translation>
        </message>
        <message>
            <source>{amount} per million</source>
            <translation>{amount} je Million</translation>
        </message>
        <message>
            <source>{before} and {after}</source>
            <translation>{before} und {after}</translation>
        </message>
        <message>
            <source>{before} → {after}</source>
            <translation>{before} → {after}</translation>
        </message>
        <message>
            <source>{behind}, to whom {name} passed the question, has a fault at the moment.</source>
            <translation>{behind}, wohin {name} die Frage weitergereicht hat, hat gerade eine Störung.</translation>
        </message>
        <message>
            <source>{categories} ({level})</source>
            <translation>{categories} ({level})</translation>
        </message>
        <message>
            <source>{category} has the same definition as {other}.</source>
            <translation>{category} hat dieselbe Definition wie {other}.</translation>
        </message>
        <message>
            <source>{category}, {level}</source>
            <translation>{category}, {level}</translation>
        </message>
        <message>
            <source>{category}, {level}: {action} ({confidence} % sure)</source>
            <translation>{category}, {level}: {action} ({confidence} % sicher)</translation>
        </message>
        <message>
            <source>{chords} and {last} are already used by other programs. Choose others in Settings.</source>
            <translation>{chords} und {last} werden schon von anderen Programmen verwendet. In den Einstellungen andere wählen.</translation>
        </message>
        <message>
            <source>{chord} is already used for “{title}”. Choose other keys.</source>
            <translation>{chord} wird schon für „{title}“ verwendet. Andere Tasten wählen.</translation>
        </message>
        <message>
            <source>{colour}, {width} pixels wide</source>
            <translation>{colour}, {width} Pixel breit</translation>
        </message>
        <message>
            <source>{column}, row {row}</source>
            <translation>{column}, Zeile {row}</translation>
        </message>
        <message>
            <source>{command}
in the folder {folder}</source>
            <translation>{command}
im Ordner {folder}</translation>
        </message>
        <message>
            <source>{command}: {job}</source>
            <translation>{command}: {job}</translation>
        </message>
        <message>
            <source>{context} context</source>
            <translation>{context} Kontext</translation>
        </message>
        <message>
            <source>{conversations} and {messages} would be added. Nothing that is there is changed, and a copy of the history as it is now is made first.</source>
            <translation>{conversations} und {messages} würden hinzugefügt. Nichts Vorhandenes wird geändert; vorher wird eine Kopie des jetzigen Verlaufs gemacht.</translation>
        </message>
        <message>
            <source>{conversations} had nothing new.</source>
            <translation>{conversations} hatten nichts Neues.</translation>
        </message>
        <message>
            <source>{cost} expected, {most} at most</source>
            <translation>{cost} erwartet, höchstens {most}</translation>
        </message>
        <message>
            <source>{cost} per million</source>
            <translation>{cost} je Million</translation>
        </message>
        <message>
            <source>{count} answered</source>
            <translation>{count} beantwortet</translation>
        </message>
        <message>
            <source>{count} bad</source>
            <translation>{count} unbrauchbar</translation>
        </message>
        <message>
            <source>{count} bad lines left out</source>
            <translation>{count} unbrauchbare Zeilen ausgelassen</translation>
        </message>
        <message>
            <source>{count} called back</source>
            <translation>{count} zurückgerufen</translation>
        </message>
        <message>
            <source>{count} characters</source>
            <translation type="vanished">{count} Zeichen</translation>
        </message>
        <message>
            <source>{count} duplicates merged</source>
            <translation>{count} Duplikate vereint</translation>
        </message>
        <message>
            <source>{count} expired</source>
            <translation>{count} abgelaufen</translation>
        </message>
        <message>
            <source>{count} failed</source>
            <translation>{count} fehlgeschlagen</translation>
        </message>
        <message>
            <source>{count} hours</source>
            <translation>{count} Stunden</translation>
        </message>
        <message>
            <source>{count} jobs</source>
            <translation>{count} Aufgaben</translation>
        </message>
        <message>
            <source>{count} lines cannot be asked, so nothing was added.</source>
            <translation>{count} Zeilen können nicht gefragt werden, deshalb wurde nichts hinzugefügt.</translation>
        </message>
        <message>
            <source>{count} minutes</source>
            <translation>{count} Minuten</translation>
        </message>
        <message>
            <source>{count} more conversations could not be read.</source>
            <translation>{count} weitere Unterhaltungen konnten nicht gelesen werden.</translation>
        </message>
        <message>
            <source>{count} more regions differ.</source>
            <translation>{count} weitere Bereiche unterscheiden sich.</translation>
        </message>
        <message>
            <source>{count} more tables are not shown here.</source>
            <translation>{count} weitere Tabellen werden hier nicht gezeigt.</translation>
        </message>
        <message>
            <source>{count} pictures</source>
            <translation>{count} Bilder</translation>
        </message>
        <message>
            <source>{count} reused</source>
            <translation>{count} übernommen</translation>
        </message>
        <message>
            <source>{count} rows</source>
            <translation>{count} Zeilen</translation>
        </message>
        <message>
            <source>{count} rows gave nothing and are left out; see kireji batch results ID --failed.</source>
            <translation>{count} Zeilen ergaben nichts und werden ausgelassen; siehe kireji batch results ID --failed.</translation>
        </message>
        <message>
            <source>{count} rows have not ended yet and are left out.</source>
            <translation>{count} Zeilen sind noch nicht beendet und werden ausgelassen.</translation>
        </message>
        <message>
            <source>{count} seconds</source>
            <translation>{count} Sekunden</translation>
        </message>
        <message>
            <source>{count} uncertain</source>
            <translation>{count} ungewiss</translation>
        </message>
        <message>
            <source>{count} under way</source>
            <translation>{count} unterwegs</translation>
        </message>
        <message>
            <source>{count} wait</source>
            <translation>{count} wartend</translation>
        </message>
        <message>
            <source>{count} with the service since {time}</source>
            <translation>{count} seit {time} beim Dienst</translation>
        </message>
        <message>
            <source>{day}: {amount}</source>
            <translation>{day}: {amount}</translation>
        </message>
        <message>
            <source>{decided} of {all} decided; {waiting} wait for a person.</source>
            <translation>{decided} von {all} entschieden; {waiting} warten auf einen Menschen.</translation>
        </message>
        <message>
            <source>{display} takes at most {max_stops} texts at which an answer ends.</source>
            <translation>{display} nimmt höchstens {max_stops} Texte, an denen eine Antwort endet.</translation>
        </message>
        <message>
            <source>{done} conversations read</source>
            <translation>{done} Unterhaltungen gelesen</translation>
        </message>
        <message>
            <source>{done} of {all} MB</source>
            <translation>{done} von {all} MB</translation>
        </message>
        <message>
            <source>{done} of {items} judged</source>
            <translation>{done} von {items} beurteilt</translation>
        </message>
        <message>
            <source>{done} of {total} conversations</source>
            <translation>{done} von {total} Unterhaltungen</translation>
        </message>
        <message>
            <source>{done} of {total} decided</source>
            <translation>{done} von {total} entschieden</translation>
        </message>
        <message>
            <source>{done} of {total} rows</source>
            <translation>{done} von {total} Zeilen</translation>
        </message>
        <message>
            <source>{ended} of {all} ended</source>
            <translation>{ended} von {all} beendet</translation>
        </message>
        <message>
            <source>{ended} of {all} rows</source>
            <translation>{ended} von {all} Zeilen</translation>
        </message>
        <message>
            <source>{file}, after conversation {number}</source>
            <translation>{file}, nach Unterhaltung {number}</translation>
        </message>
        <message>
            <source>{file}, conversation {number}</source>
            <translation>{file}, Unterhaltung {number}</translation>
        </message>
        <message>
            <source>{file}, line {line}: {reason}</source>
            <translation>{file}, Zeile {line}: {reason}</translation>
        </message>
        <message>
            <source>{file}: {reason}</source>
            <translation>{file}: {reason}</translation>
        </message>
        <message>
            <source>{first} · {second}</source>
            <translation>{first} · {second}</translation>
        </message>
        <message>
            <source>{folder} is a folder that Kireji exports and deletes.</source>
            <translation>{folder} ist ein Ordner, den Kireji exportiert und löscht.</translation>
        </message>
        <message>
            <source>{form}: {words}</source>
            <translation>{form}: {words}</translation>
        </message>
        <message>
            <source>{found}: {action}</source>
            <translation>{found}: {action}</translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} files</source>
            <extracomment>{going} of 1 file</extracomment>
            <translation>
                <numerusform>{going} von 1 Datei</numerusform>
                <numerusform>{going} von {n} Dateien</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} pages</source>
            <extracomment>{going} of 1 page</extracomment>
            <translation>
                <numerusform>{going} von 1 Seite</numerusform>
                <numerusform>{going} von {n} Seiten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} turns</source>
            <extracomment>{going} of 1 turn</extracomment>
            <translation>
                <numerusform>{going} von 1 Runde</numerusform>
                <numerusform>{going} von {n} Runden</numerusform>
            </translation>
        </message>
        <message>
            <source>{graver} is the graver level and has the milder action: {action}, after {before} for {milder}.</source>
            <translation>{graver} ist die schwerere Stufe und hat die mildere Aktion: {action}, nach {before} für {milder}.</translation>
        </message>
        <message>
            <source>{host} answered with something that is not an answer (HTTP {status}).</source>
            <translation>{host} hat mit etwas geantwortet, das keine Antwort ist (HTTP {status}).</translation>
        </message>
        <message>
            <source>{host} answered {status}.</source>
            <translation>{host} hat {status} geantwortet.</translation>
        </message>
        <message>
            <source>{host} answers with status {status} instead of the protocol.</source>
            <translation>{host} antwortet mit Status {status} statt mit dem Protokoll.</translation>
        </message>
        <message>
            <source>{host} answers.</source>
            <translation>{host} antwortet.</translation>
        </message>
        <message>
            <source>{host} cannot be used: {reason}.</source>
            <translation>{host} kann nicht verwendet werden: {reason}.</translation>
        </message>
        <message>
            <source>{host} did not answer within {seconds} seconds.</source>
            <translation>{host} hat nicht innerhalb von {seconds} Sekunden geantwortet.</translation>
        </message>
        <message>
            <source>{host} does not answer as a web service.</source>
            <translation>{host} antwortet nicht wie ein Webdienst.</translation>
        </message>
        <message>
            <source>{host} does not answer as the protocol wants.</source>
            <translation>{host} antwortet nicht, wie es das Protokoll verlangt.</translation>
        </message>
        <message>
            <source>{host} does not list its models as a model server does.</source>
            <translation>{host} listet seine Modelle nicht wie ein Modellserver auf.</translation>
        </message>
        <message>
            <source>{host} does not take messages at this address.</source>
            <translation>{host} nimmt unter dieser Adresse keine Nachrichten an.</translation>
        </message>
        <message>
            <source>{host} gave an empty answer; the model may still be starting.</source>
            <translation>{host} gab eine leere Antwort; vielleicht startet das Modell noch.</translation>
        </message>
        <message>
            <source>{host} has no list of versions at this address.</source>
            <translation>{host} hat unter dieser Adresse keine Liste der Versionen.</translation>
        </message>
        <message>
            <source>{host} is in the list already.</source>
            <translation>{host} steht schon in der Liste.</translation>
        </message>
        <message>
            <source>{host} is not an address that can be reached.</source>
            <translation>{host} ist keine erreichbare Adresse.</translation>
        </message>
        <message>
            <source>{host} leads into the local network.</source>
            <translation>{host} führt in das lokale Netz.</translation>
        </message>
        <message>
            <source>{host} refused the request (HTTP {status})</source>
            <translation>{host} hat die Anfrage abgelehnt (HTTP {status})</translation>
        </message>
        <message>
            <source>{host} refuses (status {status}).</source>
            <translation>{host} lehnt ab (Status {status}).</translation>
        </message>
        <message>
            <source>{host} sent far more than was asked for.</source>
            <translation>{host} hat weit mehr gesendet, als verlangt war.</translation>
        </message>
        <message>
            <source>{host} sent something that is not a batch.</source>
            <translation>{host} hat etwas gesendet, das kein Stapel ist.</translation>
        </message>
        <message>
            <source>{host} sent something that is not a count of tokens.</source>
            <translation>{host} hat etwas gesendet, das keine Zahl von Token ist.</translation>
        </message>
        <message>
            <source>{host} sent something that is not a list of models.</source>
            <translation>{host} hat etwas gesendet, das keine Liste von Modellen ist.</translation>
        </message>
        <message>
            <source>{host} sent something that is not part of an answer.</source>
            <translation>{host} hat etwas gesendet, das kein Teil einer Antwort ist.</translation>
        </message>
        <message>
            <source>{host} sent something that is not {what}.</source>
            <translation>{host} hat etwas anderes gesendet als {what}.</translation>
        </message>
        <message>
            <source>{host} sent the answer in one piece instead of as a stream.</source>
            <translation>{host} hat die Antwort in einem Stück statt als Strom gesendet.</translation>
        </message>
        <message>
            <source>{hours} h ago</source>
            <translation>vor {hours} h</translation>
        </message>
        <message>
            <source>{hours}h</source>
            <translation>{hours} h</translation>
        </message>
        <message>
            <source>{id} · labelled {expected} · given {given}</source>
            <translation>{id} · vorgegeben {expected} · geurteilt {given}</translation>
        </message>
        <message>
            <source>{images} → {columns}</source>
            <translation>{images} → {columns}</translation>
        </message>
        <message>
            <source>{job} has ended: {answered} answered</source>
            <translation>{job} ist beendet: {answered} beantwortet</translation>
        </message>
        <message>
            <source>{job} has not ended: kireji batch show {id}</source>
            <translation>{job} ist nicht beendet: kireji batch show {id}</translation>
        </message>
        <message>
            <source>{job} is cancelled already.</source>
            <translation>{job} ist schon abgebrochen.</translation>
        </message>
        <message>
            <source>{job} is paused already.</source>
            <translation>{job} ist schon pausiert.</translation>
        </message>
        <message>
            <source>{job} is paused.</source>
            <translation>{job} ist pausiert.</translation>
        </message>
        <message>
            <source>{job} is paused: nothing new is sent.</source>
            <translation>{job} ist pausiert: Nichts Neues wird gesendet.</translation>
        </message>
        <message>
            <source>{job} is removed.</source>
            <translation>{job} ist entfernt.</translation>
        </message>
        <message>
            <source>{job} is still being read.</source>
            <translation>{job} wird noch gelesen.</translation>
        </message>
        <message>
            <source>{job} runs while the app does, or with: kireji batch run {id}</source>
            <translation>{job} läuft, solange das Programm läuft, oder mit: kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} waits, and nothing was sent: kireji batch run {id}</source>
            <translation>{job} wartet, und nichts wurde gesendet: kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} waits: kireji batch run {id}</source>
            <translation>{job} wartet: kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} was cancelled.</source>
            <translation>{job} wurde abgebrochen.</translation>
        </message>
        <message>
            <source>{job} was cancelled: {answered} answered</source>
            <translation>{job} wurde abgebrochen: {answered} beantwortet</translation>
        </message>
        <message>
            <source>{job} was not paused.</source>
            <translation>{job} war nicht pausiert.</translation>
        </message>
        <message>
            <source>{job} was not started yet.</source>
            <translation>{job} wurde noch nicht gestartet.</translation>
        </message>
        <message>
            <source>{job}: {sentence}</source>
            <translation>{job}: {sentence}</translation>
        </message>
        <message>
            <source>{key} has more than {count} entries.</source>
            <translation>{key} hat mehr als {count} Einträge.</translation>
        </message>
        <message>
            <source>{key} holds control characters.</source>
            <translation>{key} enthält Steuerzeichen.</translation>
        </message>
        <message>
            <source>{key} is empty.</source>
            <translation>{key} ist leer.</translation>
        </message>
        <message>
            <source>{key} is longer than {count} letters.</source>
            <translation>{key} ist länger als {count} Buchstaben.</translation>
        </message>
        <message>
            <source>{key} is missing.</source>
            <translation>{key} fehlt.</translation>
        </message>
        <message>
            <source>{key} is missing; it is a whole number, such as {key} = 1.</source>
            <translation>{key} fehlt; es ist eine ganze Zahl, etwa {key} = 1.</translation>
        </message>
        <message>
            <source>{key} is missing; it is allow, review or block.</source>
            <translation>{key} fehlt; es ist allow, review oder block.</translation>
        </message>
        <message>
            <source>{key} is not an object: {{...}}</source>
            <translation>{key} ist kein Objekt: {{...}}</translation>
        </message>
        <message>
            <source>{key} means nothing here.</source>
            <translation>{key} bedeutet hier nichts.</translation>
        </message>
        <message>
            <source>{key} means nothing here; did you mean {other}?</source>
            <translation>{key} bedeutet hier nichts; war {other} gemeint?</translation>
        </message>
        <message>
            <source>{key} must be a list of texts, such as ["one", "two"].</source>
            <translation>{key} muss eine Liste von Texten sein, etwa ["eins", "zwei"].</translation>
        </message>
        <message>
            <source>{key} must be a list of texts.</source>
            <translation>{key} muss eine Liste von Texten sein.</translation>
        </message>
        <message>
            <source>{key} must be a number from 0 to 1.</source>
            <translation>{key} muss eine Zahl von 0 bis 1 sein.</translation>
        </message>
        <message>
            <source>{key} must be a text in quotes, not {value}.</source>
            <translation>{key} muss ein Text in Anführungszeichen sein, nicht {value}.</translation>
        </message>
        <message>
            <source>{key} must be a text in quotes.</source>
            <translation>{key} muss ein Text in Anführungszeichen sein.</translation>
        </message>
        <message>
            <source>{key} must be a text.</source>
            <translation>{key} muss ein Text sein.</translation>
        </message>
        <message>
            <source>{key} must be a whole number from {least} on.</source>
            <translation>{key} muss eine ganze Zahl ab {least} sein.</translation>
        </message>
        <message>
            <source>{key} must be allow, review or block, not {value}.</source>
            <translation>{key} muss allow, review oder block sein, nicht {value}.</translation>
        </message>
        <message>
            <source>{key} must be an object of texts: {{...}}.</source>
            <translation>{key} muss ein Objekt aus Texten sein: {{...}}.</translation>
        </message>
        <message>
            <source>{kind} – Space to hide it</source>
            <translation>{kind} – Leertaste: verbergen</translation>
        </message>
        <message>
            <source>{kind} – Space to send it</source>
            <translation>{kind} – Leertaste: senden</translation>
        </message>
        <message>
            <source>{kind} – click to hide it</source>
            <translation>{kind} – Klick: verbergen</translation>
        </message>
        <message>
            <source>{kind} – click to send it</source>
            <translation>{kind} – Klick: senden</translation>
        </message>
        <message>
            <source>{kind}, hidden. Press to send it</source>
            <translation>{kind}, verborgen. Drücken, um es zu senden</translation>
        </message>
        <message>
            <source>{kind}, will be sent. Press to hide it</source>
            <translation>{kind}, wird gesendet. Drücken, um es zu verbergen</translation>
        </message>
        <message>
            <source>{kind}: {reason}</source>
            <translation>{kind}: {reason}</translation>
        </message>
        <message>
            <source>{left} left of {limit}</source>
            <translation>{left} von {limit} übrig</translation>
        </message>
        <message>
            <source>{level} ({action}): {definition}</source>
            <translation>{level} ({action}): {definition}</translation>
        </message>
        <message>
            <source>{level} has the same definition as a level before it.</source>
            <translation>{level} hat dieselbe Definition wie eine Stufe davor.</translation>
        </message>
        <message>
            <source>{line} (now version {now})</source>
            <translation>{line} (jetzt Version {now})</translation>
        </message>
        <message>
            <source>{minutes} min ago</source>
            <translation>vor {minutes} min</translation>
        </message>
        <message>
            <source>{minutes} min {seconds} s</source>
            <translation>{minutes} min {seconds} s</translation>
        </message>
        <message>
            <source>{minutes}m</source>
            <translation>{minutes} min</translation>
        </message>
        <message>
            <source>{model} cannot be made to use a tool.</source>
            <translation>{model} lässt sich nicht zum Gebrauch eines Werkzeugs bringen.</translation>
        </message>
        <message>
            <source>{model} is not in the list of {provider}'s models, and its rows may all fail. Name another with --model; kireji models shows the list.</source>
            <translation>{model} steht nicht in der Liste der Modelle von {provider}, und vielleicht schlagen alle Zeilen fehl. Mit --model ein anderes nennen; kireji models zeigt die Liste.</translation>
        </message>
        <message>
            <source>{model} on this computer answers. A key can be added later, in the settings.</source>
            <translation>{model} auf diesem Computer antwortet. Ein Schlüssel kann später in den Einstellungen hinzugefügt werden.</translation>
        </message>
        <message>
            <source>{model} uses no tools. Choose another model for that.</source>
            <translation>{model} nutzt keine Werkzeuge. Dafür ein anderes Modell wählen.</translation>
        </message>
        <message>
            <source>{model} · {provider}</source>
            <translation>{model} · {provider}</translation>
        </message>
        <message>
            <source>{most} regions are the most for one question. Remove one first.</source>
            <translation>Höchstens {most} Bereiche für eine Frage. Zuerst einen entfernen.</translation>
        </message>
        <message>
            <source>{named} expired on {not_after}.</source>
            <translation>{named} ist am {not_after} abgelaufen.</translation>
        </message>
        <message>
            <source>{named} is made out to {names}, not to this address.</source>
            <translation>{named} ist auf {names} ausgestellt, nicht auf diese Adresse.</translation>
        </message>
        <message>
            <source>{named} is not trusted: {reason_text}.</source>
            <translation>{named} ist nicht vertrauenswürdig: {reason_text}.</translation>
        </message>
        <message>
            <source>{named} is not valid before {not_before}.</source>
            <translation>{named} gilt erst ab {not_before}.</translation>
        </message>
        <message>
            <source>{named} is vouched for by nobody but itself.</source>
            <translation>Für {named} bürgt niemand als es selbst.</translation>
        </message>
        <message>
            <source>{named} was issued by "{issuer}", which is not trusted here.</source>
            <translation>{named} wurde von „{issuer}“ ausgestellt; diesem Aussteller wird hier nicht vertraut.</translation>
        </message>
        <message>
            <source>{names} and {last}</source>
            <translation>{names} und {last}</translation>
        </message>
        <message numerus="yes">
            <source>{names} are added; nothing was started.</source>
            <extracomment>{names} is added; nothing was started.</extracomment>
            <translation>
                <numerusform>{names} ist hinzugefügt; nichts wurde gestartet.</numerusform>
                <numerusform>{names} sind hinzugefügt; nichts wurde gestartet.</numerusform>
            </translation>
        </message>
        <message>
            <source>{names} goes into your keychain.</source>
            <translation>{names} kommt in den Schlüsselbund.</translation>
        </message>
        <message>
            <source>{name} ({words})</source>
            <translation>{name} ({words})</translation>
        </message>
        <message>
            <source>{name} adds up to {computed}, but {stated} stands there</source>
            <translation>{name} ergibt {computed}, aber dort steht {stated}</translation>
        </message>
        <message>
            <source>{name} at {place}</source>
            <translation>{name}, {place}</translation>
        </message>
        <message>
            <source>{name} cannot be read, so nothing in it could be left out</source>
            <translation>{name} kann nicht gelesen werden, deshalb konnte darin nichts ausgelassen werden</translation>
        </message>
        <message>
            <source>{name} cannot be read: {reason}.</source>
            <translation>{name} kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>{name} cannot be read: {why}.</source>
            <translation>{name} kann nicht gelesen werden: {why}.</translation>
        </message>
        <message>
            <source>{name} cannot be used, so it cannot be copied. Correct it first.</source>
            <translation>{name} ist nicht verwendbar und lässt sich deshalb nicht kopieren. Zuerst die Datei berichtigen.</translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents.</source>
            <translation>{name} kann keine PDF-Dokumente lesen.</translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents; it gets the words in them.</source>
            <translation>{name} kann keine PDF-Dokumente lesen; es erhält den Text darin.</translation>
        </message>
        <message>
            <source>{name} cannot read a picture in this conversation.</source>
            <translation>{name} kann ein Bild in dieser Unterhaltung nicht lesen.</translation>
        </message>
        <message>
            <source>{name} cannot see pictures.</source>
            <translation>{name} kann keine Bilder sehen.</translation>
        </message>
        <message>
            <source>{name} cannot see pictures; it gets the text this computer reads in them.</source>
            <translation>{name} kann keine Bilder sehen; es erhält den Text, den dieser Computer darin liest.</translation>
        </message>
        <message>
            <source>{name} did not answer within {total} seconds.</source>
            <translation>{name} hat nicht innerhalb von {total} Sekunden geantwortet.</translation>
        </message>
        <message>
            <source>{name} did not get to it within a day.</source>
            <translation>{name} kam innerhalb eines Tages nicht dazu.</translation>
        </message>
        <message>
            <source>{name} does not allow this key to do that.</source>
            <translation>{name} erlaubt diesem Schlüssel das nicht.</translation>
        </message>
        <message>
            <source>{name} does not call a batch back; it ends within a day.</source>
            <translation>{name} ruft keinen Stapel zurück; er endet innerhalb eines Tages.</translation>
        </message>
        <message>
            <source>{name} does not find the batch at the moment.</source>
            <translation>{name} findet den Stapel im Moment nicht.</translation>
        </message>
        <message>
            <source>{name} does not judge, so there is nothing to review.</source>
            <translation>{name} beurteilt nicht, also gibt es nichts durchzusehen.</translation>
        </message>
        <message>
            <source>{name} does not know the effort {asked}; it answers with {sent}.</source>
            <translation>{name} kennt den Aufwand {asked} nicht; es antwortet mit {sent}.</translation>
        </message>
        <message>
            <source>{name} does not know this batch; another account's key may have made it.</source>
            <translation>{name} kennt diesen Stapel nicht; vielleicht hat ihn der Schlüssel eines anderen Kontos angelegt.</translation>
        </message>
        <message>
            <source>{name} ended it in a way that is not known here.</source>
            <translation>{name} hat sie auf eine Art beendet, die hier nicht bekannt ist.</translation>
        </message>
        <message>
            <source>{name} ends neither with .jsonl nor with .csv, which are what can be written</source>
            <translation type="vanished">{name} endet weder auf .jsonl noch auf .csv; nur diese können geschrieben werden</translation>
        </message>
        <message>
            <source>{name} ends with neither .jsonl, .csv nor .labels.jsonl, which are what can be written</source>
            <translation>{name} endet weder auf .jsonl noch auf .csv noch auf .labels.jsonl; nur diese lassen sich schreiben</translation>
        </message>
        <message>
            <source>{name} ends with none of .jsonl, .csv and .xlsx, which are what can be written</source>
            <translation>{name} endet weder auf .jsonl noch auf .csv noch auf .xlsx; nur diese lassen sich schreiben</translation>
        </message>
        <message>
            <source>{name} has a fault at the moment.</source>
            <translation>{name} hat gerade eine Störung.</translation>
        </message>
        <message>
            <source>{name} has been silent for {silence} seconds, which is the limit.</source>
            <translation>{name} hat {silence} Sekunden lang geschwiegen; mehr ist nicht zulässig.</translation>
        </message>
        <message>
            <source>{name} has deleted the results of this batch.</source>
            <translation>{name} hat die Ergebnisse dieses Stapels gelöscht.</translation>
        </message>
        <message>
            <source>{name} has no ending that says how tables are to be saved.</source>
            <translation>{name} hat keine Endung, die sagt, wie Tabellen zu sichern sind.</translation>
        </message>
        <message>
            <source>{name} has no model.</source>
            <translation>{name} hat kein Modell.</translation>
        </message>
        <message>
            <source>{name} has no prompts in it.</source>
            <translation>{name} enthält keine Schnellfragen.</translation>
        </message>
        <message>
            <source>{name} has nobody free who runs {model} within the settings.</source>
            <translation>{name} hat niemanden frei, der {model} im Rahmen der Einstellungen betreibt.</translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} and keeps to the setting openrouter.data_collection.</source>
            <translation>{name} hat niemanden, der {model} betreibt und sich an die Einstellung openrouter.data_collection hält.</translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} for such a question: {ended}</source>
            <translation>{name} hat niemanden, der {model} für eine solche Frage betreibt: {ended}</translation>
        </message>
        <message>
            <source>{name} holds more files than an archive of prompts can.</source>
            <translation>{name} enthält mehr Dateien, als ein Archiv von Schnellfragen haben kann.</translation>
        </message>
        <message>
            <source>{name} holds no conversations.</source>
            <translation>{name} enthält keine Unterhaltungen.</translation>
        </message>
        <message>
            <source>{name} holds too many files.</source>
            <translation>{name} enthält zu viele Dateien.</translation>
        </message>
        <message>
            <source>{name} is a backup.</source>
            <translation>{name} ist eine Sicherung.</translation>
        </message>
        <message>
            <source>{name} is a folder, not a file.</source>
            <translation>{name} ist ein Ordner, keine Datei.</translation>
        </message>
        <message>
            <source>{name} is a folder.</source>
            <translation>{name} ist ein Ordner.</translation>
        </message>
        <message>
            <source>{name} is an archive that cannot be read: it is damaged, or encrypted.</source>
            <translation>{name} ist ein Archiv, das sich nicht lesen lässt: Es ist beschädigt oder verschlüsselt.</translation>
        </message>
        <message>
            <source>{name} is an export of {found}, not of {wanted}.</source>
            <translation>{name} ist ein Export von {found}, nicht von {wanted}.</translation>
        </message>
        <message>
            <source>{name} is damaged.</source>
            <translation>{name} ist beschädigt.</translation>
        </message>
        <message>
            <source>{name} is damaged: its end is missing.</source>
            <translation>{name} ist beschädigt: das Ende fehlt.</translation>
        </message>
        <message>
            <source>{name} is encrypted.</source>
            <translation>{name} ist verschlüsselt.</translation>
        </message>
        <message>
            <source>{name} is larger than a file of prompts can be.</source>
            <translation>{name} ist größer, als eine Datei mit Schnellfragen sein kann.</translation>
        </message>
        <message>
            <source>{name} is larger than {most} MB.</source>
            <translation>{name} ist größer als {most} MB.</translation>
        </message>
        <message>
            <source>{name} is left out: it is a link.</source>
            <translation>{name} wird ausgelassen: Es ist ein Link.</translation>
        </message>
        <message>
            <source>{name} is left out: it is longer than a prompt can be.</source>
            <translation>{name} wird ausgelassen: Es ist länger, als eine Schnellfrage sein kann.</translation>
        </message>
        <message>
            <source>{name} is left out: its place in the archive is no place for a file.</source>
            <translation>{name} wird ausgelassen: Sein Ort im Archiv ist kein Ort für eine Datei.</translation>
        </message>
        <message>
            <source>{name} is left out: the file has two prompts of that name.</source>
            <translation>{name} wird ausgelassen: Die Datei hat zwei Schnellfragen dieses Namens.</translation>
        </message>
        <message>
            <source>{name} is neither a file nor a folder</source>
            <translation>{name} ist weder Datei noch Ordner</translation>
        </message>
        <message>
            <source>{name} is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture</source>
            <translation>{name} ist weder eine Datei mit JSON-Zeilen (.jsonl) noch eine Tabelle (.csv) noch ein Bild</translation>
        </message>
        <message>
            <source>{name} is no JSON schema.</source>
            <translation>{name} ist kein JSON-Schema.</translation>
        </message>
        <message>
            <source>{name} is no JSON: {why}.</source>
            <translation>{name} ist kein JSON: {why}.</translation>
        </message>
        <message>
            <source>{name} is none of the files of version {version}: it was damaged on its way, or is another one.</source>
            <translation>{name} ist keine der Dateien von Version {version}: Sie wurde unterwegs beschädigt oder ist eine andere.</translation>
        </message>
        <message>
            <source>{name} is not UTF-8 text.</source>
            <translation>{name} ist kein UTF-8-Text.</translation>
        </message>
        <message>
            <source>{name} is not a file.</source>
            <translation>{name} ist keine Datei.</translation>
        </message>
        <message>
            <source>{name} is not a folder.</source>
            <translation>{name} ist kein Ordner.</translation>
        </message>
        <message>
            <source>{name} is not a whole backup.</source>
            <translation>{name} ist keine vollständige Sicherung.</translation>
        </message>
        <message>
            <source>{name} is not there any more.</source>
            <translation>{name} ist nicht mehr da.</translation>
        </message>
        <message>
            <source>{name} is overloaded.</source>
            <translation>{name} ist überlastet.</translation>
        </message>
        <message>
            <source>{name} is removed.</source>
            <translation>{name} ist entfernt.</translation>
        </message>
        <message>
            <source>{name} is still loading the model.</source>
            <translation>{name} lädt das Modell noch.</translation>
        </message>
        <message>
            <source>{name} must be a table of settings.</source>
            <translation>{name} muss eine Tabelle von Einstellungen sein.</translation>
        </message>
        <message>
            <source>{name} refused the key.</source>
            <translation>{name} hat den Schlüssel abgelehnt.</translation>
        </message>
        <message>
            <source>{name} refused the question.</source>
            <translation>{name} hat die Frage abgelehnt.</translation>
        </message>
        <message>
            <source>{name} refused the question: {ended}</source>
            <translation>{name} hat die Frage abgelehnt: {ended}</translation>
        </message>
        <message>
            <source>{name} sent lines that are not results of a batch.</source>
            <translation>{name} hat Zeilen gesendet, die keine Ergebnisse eines Stapels sind.</translation>
        </message>
        <message>
            <source>{name} stands there twice. Remove one of the two.</source>
            <translation>{name} steht dort zweimal. Eines von beiden entfernen.</translation>
        </message>
        <message>
            <source>{name} stands twice in it</source>
            <translation>{name} steht zweimal darin</translation>
        </message>
        <message>
            <source>{name} takes no effort; it answers as it does by itself.</source>
            <translation>{name} kennt keinen Aufwand; es antwortet, wie es von selbst antwortet.</translation>
        </message>
        <message>
            <source>{name} takes no more requests for now.</source>
            <translation>{name} nimmt vorerst keine weiteren Anfragen an.</translation>
        </message>
        <message>
            <source>{name} took too long to answer.</source>
            <translation>{name} hat zu lange für die Antwort gebraucht.</translation>
        </message>
        <message>
            <source>{name} wants a key.</source>
            <translation>{name} verlangt einen Schlüssel.</translation>
        </message>
        <message>
            <source>{name} was made by a newer version of Kireji (format {theirs}; this one knows {ours}).</source>
            <translation>{name} wurde von einer neueren Version von Kireji gemacht (Format {theirs}; diese kennt {ours}).</translation>
        </message>
        <message>
            <source>{name} was not read further: {why}.</source>
            <translation>{name} wurde nicht weiter gelesen: {why}.</translation>
        </message>
        <message>
            <source>{name} was reached and accepts the key.</source>
            <translation>{name} wurde erreicht und nimmt den Schlüssel an.</translation>
        </message>
        <message>
            <source>{name} was reached, but does not take the key.</source>
            <translation>{name} wurde erreicht, nimmt den Schlüssel aber nicht an.</translation>
        </message>
        <message>
            <source>{name} was reached, but has no model yet.</source>
            <translation>{name} wurde erreicht, hat aber noch kein Modell.</translation>
        </message>
        <message>
            <source>{name} was reached.</source>
            <translation>{name} wurde erreicht.</translation>
        </message>
        <message>
            <source>{name} · its beginning</source>
            <translation>{name} · der Anfang</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} files</source>
            <translation>{name} · {some} von {all} Dateien</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} messages</source>
            <translation>{name} · {some} von {all} Nachrichten</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} parts</source>
            <translation>{name} · {some} von {all} Teilen</translation>
        </message>
        <message>
            <source>{name}, from Kireji</source>
            <translation>{name}, von Kireji</translation>
        </message>
        <message>
            <source>{name}, {size}
SHA-256 {sum}</source>
            <translation>{name}, {size}
SHA-256 {sum}</translation>
        </message>
        <message>
            <source>{name}: ask earlier</source>
            <translation>{name}: früher fragen</translation>
        </message>
        <message>
            <source>{name}: ask later</source>
            <translation>{name}: später fragen</translation>
        </message>
        <message>
            <source>{name}: do not ask</source>
            <translation>{name}: nicht fragen</translation>
        </message>
        <message>
            <source>{name}: {stated} adds up</source>
            <translation>{name}: {stated} stimmt als Summe</translation>
        </message>
        <message>
            <source>{name}: {stated} is stated, {computed} comes out.</source>
            <translation>{name}: Angegeben ist {stated}, heraus kommt {computed}.</translation>
        </message>
        <message>
            <source>{name}: {why}</source>
            <translation>{name}: {why}</translation>
        </message>
        <message>
            <source>{network} and ask again.</source>
            <translation>{network} und noch einmal fragen.</translation>
        </message>
        <message>
            <source>{number} %</source>
            <translation>{number} %</translation>
        </message>
        <message>
            <source>{number} / {count}</source>
            <translation>{number} / {count}</translation>
        </message>
        <message>
            <source>{number} for lack of room</source>
            <translation>{number} aus Platzmangel</translation>
        </message>
        <message>
            <source>{number} not as labelled</source>
            <translation>{number} nicht wie vorgegeben</translation>
        </message>
        <message>
            <source>{number} switched off</source>
            <translation>{number} ausgeschaltet</translation>
        </message>
        <message>
            <source>{number} that cannot be read</source>
            <translation>{number} nicht lesbar</translation>
        </message>
        <message>
            <source>{number} that git ignores</source>
            <translation>{number} von git ignoriert</translation>
        </message>
        <message>
            <source>{number} tools</source>
            <translation>{number} Werkzeuge</translation>
        </message>
        <message>
            <source>{number} tools; {others} cannot be used</source>
            <translation>{number} Werkzeuge; {others} nicht verwendbar</translation>
        </message>
        <message>
            <source>{number}M</source>
            <translation>{number}M</translation>
        </message>
        <message>
            <source>{number}k</source>
            <translation>{number}k</translation>
        </message>
        <message>
            <source>{n} % of the price</source>
            <translation>{n} % des Preises</translation>
        </message>
        <message numerus="yes">
            <source>{n} B</source>
            <extracomment>1 B</extracomment>
            <translation>
                <numerusform>{n} B</numerusform>
                <numerusform>{n} B</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answered before</source>
            <extracomment>1 answered before</extracomment>
            <translation>
                <numerusform>{n} schon früher beantwortet</numerusform>
                <numerusform>{n} schon früher beantwortet</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answers are kept.</source>
            <extracomment>1 answer is kept.</extracomment>
            <translation>
                <numerusform>{n} Antwort bleibt erhalten.</numerusform>
                <numerusform>{n} Antworten bleiben erhalten.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answers of this month have a price that nobody knows; they are not in these sums.</source>
            <extracomment>1 answer of this month has a price that nobody knows; it is not in these sums.</extracomment>
            <translation>
                <numerusform>{n} Antwort dieses Monats hat einen Preis, den niemand kennt; sie ist nicht in diesen Summen.</numerusform>
                <numerusform>{n} Antworten dieses Monats haben einen Preis, den niemand kennt; sie sind nicht in diesen Summen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} bad lines left out</source>
            <extracomment>1 bad line left out</extracomment>
            <translation>
                <numerusform>{n} unbrauchbare Zeile ausgelassen</numerusform>
                <numerusform>{n} unbrauchbare Zeilen ausgelassen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} blocks of words</source>
            <extracomment>1 block of words</extracomment>
            <translation>
                <numerusform>{n} Textblock</numerusform>
                <numerusform>{n} Textblöcke</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} blocks were left out by the model.</source>
            <extracomment>1 block was left out by the model.</extracomment>
            <translation>
                <numerusform>{n} Block wurde vom Modell ausgelassen.</numerusform>
                <numerusform>{n} Blöcke wurden vom Modell ausgelassen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} cannot be used</source>
            <extracomment>1 cannot be used</extracomment>
            <translation>
                <numerusform>{n} nicht verwendbar</numerusform>
                <numerusform>{n} nicht verwendbar</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} categories</source>
            <extracomment>1 category</extracomment>
            <translation>
                <numerusform>{n} Kategorie</numerusform>
                <numerusform>{n} Kategorien</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} columns</source>
            <extracomment>1 column</extracomment>
            <translation>
                <numerusform>{n} Spalte</numerusform>
                <numerusform>{n} Spalten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations</source>
            <extracomment>1 conversation</extracomment>
            <translation>
                <numerusform>{n} Unterhaltung</numerusform>
                <numerusform>{n} Unterhaltungen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations are back in the list</source>
            <extracomment>1 conversation is back in the list</extracomment>
            <translation>
                <numerusform>{n} Unterhaltung ist wieder in der Liste</numerusform>
                <numerusform>{n} Unterhaltungen sind wieder in der Liste</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations that you deleted did not come back.</source>
            <extracomment>1 conversation that you deleted did not come back.</extracomment>
            <translation>
                <numerusform>Eine gelöschte Unterhaltung kam nicht zurück.</numerusform>
                <numerusform>{n} gelöschte Unterhaltungen kamen nicht zurück.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} documents</source>
            <extracomment>1 document</extracomment>
            <translation>
                <numerusform>{n} Dokument</numerusform>
                <numerusform>{n} Dokumente</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} done</source>
            <translation>{n} fertig</translation>
        </message>
        <message numerus="yes">
            <source>{n} duplicates merged</source>
            <extracomment>1 duplicate merged</extracomment>
            <translation>
                <numerusform>{n} Duplikat vereint</numerusform>
                <numerusform>{n} Duplikate vereint</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} earlier messages are not shown here</source>
            <translation>Frühere Nachrichten, die hier nicht gezeigt werden: {n}</translation>
        </message>
        <message numerus="yes">
            <source>{n} errors</source>
            <extracomment>1 error</extracomment>
            <translation>
                <numerusform>{n} Fehler</numerusform>
                <numerusform>{n} Fehler</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} failed</source>
            <translation>{n} fehlgeschlagen</translation>
        </message>
        <message numerus="yes">
            <source>{n} failed: retry only these</source>
            <extracomment>1 failed: retry only this</extracomment>
            <translation>
                <numerusform>{n} fehlgeschlagen: nur diese wiederholen</numerusform>
                <numerusform>{n} fehlgeschlagen: nur diese wiederholen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} fields</source>
            <extracomment>1 field</extracomment>
            <translation>
                <numerusform>{n} Feld</numerusform>
                <numerusform>{n} Felder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} files</source>
            <extracomment>1 file</extracomment>
            <translation>
                <numerusform>{n} Datei</numerusform>
                <numerusform>{n} Dateien</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} files so far…</source>
            <extracomment>1 file so far…</extracomment>
            <translation>
                <numerusform>Bisher 1 Datei…</numerusform>
                <numerusform>Bisher {n} Dateien…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} findings</source>
            <extracomment>1 finding</extracomment>
            <translation>
                <numerusform>{n} Befund</numerusform>
                <numerusform>{n} Befunde</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} found</source>
            <extracomment>1 found</extracomment>
            <translation>
                <numerusform>{n} gefunden</numerusform>
                <numerusform>{n} gefunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} hours</source>
            <extracomment>an hour</extracomment>
            <translation>
                <numerusform>eine Stunde</numerusform>
                <numerusform>{n} Stunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} images</source>
            <extracomment>1 image</extracomment>
            <translation>
                <numerusform>{n} Bild</numerusform>
                <numerusform>{n} Bilder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} jobs are with a service: they go on there and are paid, and their answers are lost.</source>
            <extracomment>1 job is with a service: it goes on there and is paid, and its answers are lost.</extracomment>
            <translation>
                <numerusform>{n} Aufgabe ist bei einem Dienst: Sie läuft dort weiter und wird bezahlt, und ihre Antworten gehen verloren.</numerusform>
                <numerusform>{n} Aufgaben sind bei einem Dienst: Sie laufen dort weiter und werden bezahlt, und ihre Antworten gehen verloren.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lines cannot be used. The others can go on without them.</source>
            <extracomment>1 line cannot be used. The others can go on without it.</extracomment>
            <translation>
                <numerusform>{n} Zeile kann nicht verwendet werden. Die übrigen können ohne sie weitermachen.</numerusform>
                <numerusform>{n} Zeilen können nicht verwendet werden. Die übrigen können ohne sie weitermachen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lines read</source>
            <extracomment>1 line read</extracomment>
            <translation>
                <numerusform>{n} Zeile gelesen</numerusform>
                <numerusform>{n} Zeilen gelesen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lost pictures are there again; nothing else is new.</source>
            <extracomment>1 lost picture is there again; nothing else is new.</extracomment>
            <translation>
                <numerusform>{n} verlorenes Bild ist wieder da; sonst ist nichts neu.</numerusform>
                <numerusform>{n} verlorene Bilder sind wieder da; sonst ist nichts neu.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lost pictures would be there again; nothing else is new.</source>
            <extracomment>1 lost picture would be there again; nothing else is new.</extracomment>
            <translation>
                <numerusform>{n} verlorenes Bild wäre wieder da; sonst ist nichts neu.</numerusform>
                <numerusform>{n} verlorene Bilder wären wieder da; sonst ist nichts neu.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} messages</source>
            <extracomment>1 message</extracomment>
            <translation>
                <numerusform>{n} Nachricht</numerusform>
                <numerusform>{n} Nachrichten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} minutes</source>
            <extracomment>a minute</extracomment>
            <translation>
                <numerusform>eine Minute</numerusform>
                <numerusform>{n} Minuten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} models</source>
            <extracomment>1 model</extracomment>
            <translation>
                <numerusform>{n} Modell</numerusform>
                <numerusform>{n} Modelle</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more are not marked.</source>
            <extracomment>1 more is not marked.</extracomment>
            <translation>
                <numerusform>{n} weiteres ist nicht markiert.</numerusform>
                <numerusform>{n} weitere sind nicht markiert.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more blocks are not shown.</source>
            <extracomment>1 more block is not shown.</extracomment>
            <translation>
                <numerusform>{n} weiterer Block wird nicht gezeigt.</numerusform>
                <numerusform>{n} weitere Blöcke werden nicht gezeigt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more changes are not shown here.</source>
            <extracomment>1 more change is not shown here.</extracomment>
            <translation>
                <numerusform>{n} weitere Änderung wird hier nicht gezeigt.</numerusform>
                <numerusform>{n} weitere Änderungen werden hier nicht gezeigt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more findings are not shown.</source>
            <extracomment>1 more finding is not shown.</extracomment>
            <translation>
                <numerusform>{n} weiterer Befund wird nicht gezeigt.</numerusform>
                <numerusform>{n} weitere Befunde werden nicht gezeigt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more pictures gave nothing.</source>
            <extracomment>1 more picture gave nothing.</extracomment>
            <translation>
                <numerusform>{n} weiteres Bild ergab nichts.</numerusform>
                <numerusform>{n} weitere Bilder ergaben nichts.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more places are wrong.</source>
            <extracomment>1 more place is wrong.</extracomment>
            <translation>
                <numerusform>{n} weitere Stelle ist falsch.</numerusform>
                <numerusform>{n} weitere Stellen sind falsch.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more regions differ.</source>
            <extracomment>1 more region differs.</extracomment>
            <translation>
                <numerusform>{n} weiterer Bereich unterscheidet sich.</numerusform>
                <numerusform>{n} weitere Bereiche unterscheiden sich.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more sums do not hold.</source>
            <extracomment>1 more sum does not hold.</extracomment>
            <translation>
                <numerusform>{n} weitere Summe stimmt nicht.</numerusform>
                <numerusform>{n} weitere Summen stimmen nicht.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} need you</source>
            <extracomment>1 needs you</extracomment>
            <translation>
                <numerusform>{n} wartet auf Sie</numerusform>
                <numerusform>{n} warten auf Sie</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} not found on the picture</source>
            <extracomment>1 not found on the picture</extracomment>
            <translation>
                <numerusform>{n} nicht auf dem Bild gefunden</numerusform>
                <numerusform>{n} nicht auf dem Bild gefunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} of {rows} rows failed and can be tried again.</source>
            <extracomment>1 of {rows} rows failed and can be tried again.</extracomment>
            <translation>
                <numerusform>{n} von {rows} Zeilen ist fehlgeschlagen und kann wiederholt werden.</numerusform>
                <numerusform>{n} von {rows} Zeilen sind fehlgeschlagen und können wiederholt werden.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pages</source>
            <extracomment>1 page</extracomment>
            <translation>
                <numerusform>{n} Seite</numerusform>
                <numerusform>{n} Seiten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures</source>
            <extracomment>1 picture</extracomment>
            <translation>
                <numerusform>{n} Bild</numerusform>
                <numerusform>{n} Bilder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are lost.</source>
            <extracomment>1 picture is lost.</extracomment>
            <translation>
                <numerusform>{n} Bild ist verloren.</numerusform>
                <numerusform>{n} Bilder sind verloren.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are missing or damaged.</source>
            <extracomment>1 picture is missing or damaged.</extracomment>
            <translation>
                <numerusform>{n} Bild fehlt oder ist beschädigt.</numerusform>
                <numerusform>{n} Bilder fehlen oder sind beschädigt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are no longer there.</source>
            <extracomment>A picture is no longer there.</extracomment>
            <translation>
                <numerusform>Ein Bild ist nicht mehr da.</numerusform>
                <numerusform>{n} Bilder sind nicht mehr da.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures gave nothing</source>
            <extracomment>1 picture gave nothing</extracomment>
            <translation>
                <numerusform>{n} Bild ergab nichts</numerusform>
                <numerusform>{n} Bilder ergaben nichts</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures of the history are lost.</source>
            <extracomment>1 picture of the history is lost.</extracomment>
            <translation>
                <numerusform>{n} Bild des Verlaufs ist verloren.</numerusform>
                <numerusform>{n} Bilder des Verlaufs sind verloren.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures read</source>
            <extracomment>1 picture read</extracomment>
            <translation>
                <numerusform>{n} Bild gelesen</numerusform>
                <numerusform>{n} Bilder gelesen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} places found.</source>
            <extracomment>1 place found.</extracomment>
            <translation>
                <numerusform>{n} Stelle gefunden.</numerusform>
                <numerusform>{n} Stellen gefunden.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} prompts are imported.</source>
            <extracomment>1 prompt is imported.</extracomment>
            <translation>
                <numerusform>{n} Schnellfrage ist importiert.</numerusform>
                <numerusform>{n} Schnellfragen sind importiert.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} questions</source>
            <extracomment>1 question</extracomment>
            <translation>
                <numerusform>{n} Frage</numerusform>
                <numerusform>{n} Fragen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} refused</source>
            <extracomment>1 refused</extracomment>
            <translation>
                <numerusform>{n} abgelehnt</numerusform>
                <numerusform>{n} abgelehnt</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ</source>
            <extracomment>1 region differs</extracomment>
            <translation>
                <numerusform>{n} Bereich unterscheidet sich</numerusform>
                <numerusform>{n} Bereiche unterscheiden sich</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ.</source>
            <extracomment>1 region differs.</extracomment>
            <translation>
                <numerusform>{n} Bereich unterscheidet sich.</numerusform>
                <numerusform>{n} Bereiche unterscheiden sich.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ. Asking what they mean…</source>
            <extracomment>1 region differs. Asking what it means…</extracomment>
            <translation>
                <numerusform>{n} Bereich unterscheidet sich. Es wird gefragt, was er bedeutet…</numerusform>
                <numerusform>{n} Bereiche unterscheiden sich. Es wird gefragt, was sie bedeuten…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} remarks</source>
            <extracomment>1 remark</extracomment>
            <translation>
                <numerusform>{n} Anmerkung</numerusform>
                <numerusform>{n} Anmerkungen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} requests</source>
            <extracomment>1 request</extracomment>
            <translation>
                <numerusform>{n} Anfrage</numerusform>
                <numerusform>{n} Anfragen</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} reused</source>
            <translation>{n} übernommen</translation>
        </message>
        <message numerus="yes">
            <source>{n} rows</source>
            <extracomment>1 row</extracomment>
            <translation>
                <numerusform>{n} Zeile</numerusform>
                <numerusform>{n} Zeilen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are answered</source>
            <extracomment>1 row is answered</extracomment>
            <translation>
                <numerusform>{n} Zeile ist beantwortet</numerusform>
                <numerusform>{n} Zeilen sind beantwortet</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are asked again.</source>
            <extracomment>1 row is asked again.</extracomment>
            <translation>
                <numerusform>{n} Zeile wird noch einmal gefragt.</numerusform>
                <numerusform>{n} Zeilen werden noch einmal gefragt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are with the service. What it has answered already is paid for, and those answers are kept.</source>
            <extracomment>1 row is with the service. If it has answered that already, the answer is paid for, and it is kept.</extracomment>
            <translation>
                <numerusform>{n} Zeile ist beim Dienst. Hat er sie schon beantwortet, ist die Antwort bezahlt und bleibt erhalten.</numerusform>
                <numerusform>{n} Zeilen sind beim Dienst. Was er schon beantwortet hat, ist bezahlt, und diese Antworten bleiben erhalten.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows gave nothing and are left out.</source>
            <extracomment>1 row gave nothing and is left out.</extracomment>
            <translation>
                <numerusform>{n} Zeile ergab nichts und wird ausgelassen.</numerusform>
                <numerusform>{n} Zeilen ergaben nichts und werden ausgelassen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows to ask</source>
            <extracomment>1 row to ask</extracomment>
            <translation>
                <numerusform>{n} Zeile zu fragen</numerusform>
                <numerusform>{n} Zeilen zu fragen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows were sent, and nobody can tell whether the service has them. Sent again, they may be paid twice.</source>
            <extracomment>1 row was sent, and nobody can tell whether the service has it. Sent again, it may be paid for twice.</extracomment>
            <translation>
                <numerusform>{n} Zeile wurde gesendet, und ob der Dienst sie hat, lässt sich nicht sagen. Noch einmal gesendet, wird sie vielleicht zweimal bezahlt.</numerusform>
                <numerusform>{n} Zeilen wurden gesendet, und ob der Dienst sie hat, lässt sich nicht sagen. Noch einmal gesendet, werden sie vielleicht zweimal bezahlt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows with the service since {time}</source>
            <extracomment>1 row with the service since {time}</extracomment>
            <translation>
                <numerusform>{n} Zeile seit {time} beim Dienst</numerusform>
                <numerusform>{n} Zeilen seit {time} beim Dienst</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} running</source>
            <extracomment>1 running</extracomment>
            <translation>
                <numerusform>{n} läuft</numerusform>
                <numerusform>{n} laufen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} s</source>
            <extracomment>1 s</extracomment>
            <translation>
                <numerusform>{n} s</numerusform>
                <numerusform>{n} s</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} seconds</source>
            <extracomment>1 second</extracomment>
            <translation>
                <numerusform>{n} Sekunde</numerusform>
                <numerusform>{n} Sekunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} sums add up</source>
            <extracomment>1 sum adds up</extracomment>
            <translation>
                <numerusform>{n} Summe stimmt</numerusform>
                <numerusform>{n} Summen stimmen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} sums are right</source>
            <extracomment>1 sum is right</extracomment>
            <translation>
                <numerusform>{n} Summe ist richtig</numerusform>
                <numerusform>{n} Summen sind richtig</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} texts to translate</source>
            <extracomment>1 text to translate</extracomment>
            <translation>
                <numerusform>{n} Text zu übersetzen</numerusform>
                <numerusform>{n} Texte zu übersetzen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} texts translated</source>
            <extracomment>1 text translated</extracomment>
            <translation>
                <numerusform>{n} Text übersetzt</numerusform>
                <numerusform>{n} Texte übersetzt</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} things are hidden</source>
            <extracomment>1 thing is hidden</extracomment>
            <translation>
                <numerusform>Eine Stelle ist verborgen</numerusform>
                <numerusform>{n} Stellen sind verborgen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} tokens</source>
            <extracomment>1 token</extracomment>
            <translation>
                <numerusform>{n} Token</numerusform>
                <numerusform>{n} Token</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} tokens read</source>
            <translation>{n} Token gelesen</translation>
        </message>
        <message>
            <source>{n} tokens written</source>
            <translation>{n} Token geschrieben</translation>
        </message>
        <message numerus="yes">
            <source>{n} tools</source>
            <extracomment>1 tool</extracomment>
            <translation>
                <numerusform>{n} Werkzeug</numerusform>
                <numerusform>{n} Werkzeuge</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} turns</source>
            <extracomment>1 turn</extracomment>
            <translation>
                <numerusform>{n} Runde</numerusform>
                <numerusform>{n} Runden</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} uncertain</source>
            <translation>{n} ungewiss</translation>
        </message>
        <message numerus="yes">
            <source>{n} values are not of their type</source>
            <extracomment>1 value is not of its type</extracomment>
            <translation>
                <numerusform>{n} Wert hat nicht seinen Typ</numerusform>
                <numerusform>{n} Werte haben nicht ihren Typ</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} values were hidden before they were sent:</source>
            <extracomment>1 value was hidden before it was sent:</extracomment>
            <translation>
                <numerusform>{n} Wert wurde vor dem Senden verborgen:</numerusform>
                <numerusform>{n} Werte wurden vor dem Senden verborgen:</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} values were not found so on the picture</source>
            <extracomment>1 value was not found so on the picture</extracomment>
            <translation>
                <numerusform>{n} Wert wurde so nicht auf dem Bild gefunden</numerusform>
                <numerusform>{n} Werte wurden so nicht auf dem Bild gefunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} verdicts were read…</source>
            <extracomment>1 verdict was read…</extracomment>
            <translation>
                <numerusform>{n} Urteil wurde gelesen…</numerusform>
                <numerusform>{n} Urteile wurden gelesen…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} were left out by the model</source>
            <extracomment>1 was left out by the model</extracomment>
            <translation>
                <numerusform>{n} wurde vom Modell ausgelassen</numerusform>
                <numerusform>{n} wurden vom Modell ausgelassen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} were left out.</source>
            <extracomment>1 was left out.</extracomment>
            <translation>
                <numerusform>{n} wurde weggelassen.</numerusform>
                <numerusform>{n} wurden weggelassen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} without a verdict</source>
            <extracomment>1 without a verdict</extracomment>
            <translation>
                <numerusform>{n} ohne Urteil</numerusform>
                <numerusform>{n} ohne Urteil</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} {word}</source>
            <translation>{n} {word}</translation>
        </message>
        <message>
            <source>{one} and {other}</source>
            <translation>{one} und {other}</translation>
        </message>
        <message>
            <source>{option} is not a setting{meant}</source>
            <translation>{option} ist keine Einstellung{meant}</translation>
        </message>
        <message>
            <source>{option} takes numbers of rows, as in 3,7-9, or all; {piece} is none</source>
            <translation>{option} nimmt Nummern von Zeilen, etwa 3,7-9, oder all; {piece} ist keines davon</translation>
        </message>
        <message>
            <source>{option} {problem}; {value} is used instead.</source>
            <translation>{option} {problem}; {value} wird stattdessen verwendet.</translation>
        </message>
        <message>
            <source>{option}: {piece} ends before it begins</source>
            <translation>{option}: {piece} endet, bevor es beginnt</translation>
        </message>
        <message>
            <source>{part} of {tokens}</source>
            <translation>{part} von {tokens}</translation>
        </message>
        <message>
            <source>{path} cannot be created because a file stands where a folder should be.</source>
            <translation>{path} kann nicht angelegt werden, weil eine Datei steht, wo ein Ordner sein sollte.</translation>
        </message>
        <message>
            <source>{path} cannot be read: line {line}, {reason}.</source>
            <translation>{path} kann nicht gelesen werden: Zeile {line}, {reason}.</translation>
        </message>
        <message>
            <source>{path} cannot be read: {reason}.</source>
            <translation>{path} kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>{path} cannot be understood: {what}.</source>
            <translation>{path} kann nicht verstanden werden: {what}.</translation>
        </message>
        <message>
            <source>{path} cannot be written.</source>
            <translation>{path} kann nicht geschrieben werden.</translation>
        </message>
        <message>
            <source>{path} cannot be written: {reason}.</source>
            <translation>{path} kann nicht geschrieben werden: {reason}.</translation>
        </message>
        <message>
            <source>{path} could not be deleted.</source>
            <translation>{path} konnte nicht gelöscht werden.</translation>
        </message>
        <message>
            <source>{path} could not be used: {error}.</source>
            <translation>{path} konnte nicht verwendet werden: {error}.</translation>
        </message>
        <message>
            <source>{path} does not lie in the folder of the set.</source>
            <translation>{path} liegt nicht im Ordner des Satzes.</translation>
        </message>
        <message>
            <source>{path} exists already.</source>
            <translation>{path} gibt es schon.</translation>
        </message>
        <message>
            <source>{path} has a value called {name} where the section [{name}] belongs.</source>
            <translation>{path} hat einen Wert namens {name}, wo der Abschnitt [{name}] hingehört.</translation>
        </message>
        <message>
            <source>{path} has more than {number} files of code.</source>
            <translation>{path} hat mehr als {number} Dateien mit Code.</translation>
        </message>
        <message>
            <source>{path} has no columns.</source>
            <translation>{path} hat keine Spalten.</translation>
        </message>
        <message>
            <source>{path} has no server called {name}.</source>
            <translation>In {path} gibt es keinen Server namens {name}.</translation>
        </message>
        <message>
            <source>{path} is a database of another program.</source>
            <translation>{path} ist die Datenbank eines anderen Programms.</translation>
        </message>
        <message>
            <source>{path} is a folder.</source>
            <translation>{path} ist ein Ordner.</translation>
        </message>
        <message>
            <source>{path} is larger than {most} MB.</source>
            <translation>{path} ist größer als {most} MB.</translation>
        </message>
        <message>
            <source>{path} is longer than a policy may be.</source>
            <translation>{path} ist länger, als eine Richtlinie sein darf.</translation>
        </message>
        <message>
            <source>{path} is longer than {count} KB.</source>
            <translation>{path} ist länger als {count} KB.</translation>
        </message>
        <message>
            <source>{path} is neither a file nor a folder.</source>
            <translation>{path} ist weder Datei noch Ordner.</translation>
        </message>
        <message>
            <source>{path} is not UTF-8 text.</source>
            <translation>{path} ist kein UTF-8-Text.</translation>
        </message>
        <message>
            <source>{path} is not UTF-8.</source>
            <translation>{path} ist kein UTF-8.</translation>
        </message>
        <message>
            <source>{path} is not a file that can be replaced.</source>
            <translation>{path} ist keine Datei, die ersetzt werden kann.</translation>
        </message>
        <message>
            <source>{path} is not a file.</source>
            <translation>{path} ist keine Datei.</translation>
        </message>
        <message>
            <source>{path} is not a program: it is a folder.</source>
            <translation>{path} ist kein Programm, sondern ein Ordner.</translation>
        </message>
        <message>
            <source>{path} is not a program: the file is not executable.</source>
            <translation>{path} ist kein Programm: Die Datei ist nicht ausführbar.</translation>
        </message>
        <message>
            <source>{path} is not a regular file.</source>
            <translation>{path} ist keine gewöhnliche Datei.</translation>
        </message>
        <message>
            <source>{path} is not there.</source>
            <translation>{path} ist nicht da.</translation>
        </message>
        <message>
            <source>{path} is one JSON list, not lines of JSON.</source>
            <translation>{path} ist eine einzige JSON-Liste statt JSON-Zeilen.</translation>
        </message>
        <message>
            <source>{path} is written in UTF-16.</source>
            <translation>{path} ist in UTF-16 geschrieben.</translation>
        </message>
        <message>
            <source>{path} is written in a way that cannot be changed without losing something.</source>
            <translation>{path} ist so geschrieben, dass sich nichts ändern lässt, ohne etwas zu verlieren.</translation>
        </message>
        <message>
            <source>{path} names no server.</source>
            <translation>{path} nennt keinen Server.</translation>
        </message>
        <message>
            <source>{path} needs a prompt that says what to do with each row.</source>
            <translation>{path} braucht einen Prompt, der sagt, was mit jeder Zeile geschehen soll.</translation>
        </message>
        <message>
            <source>{path} was a link; what it led to stays.</source>
            <translation>{path} war eine Verknüpfung; wohin sie führte, bleibt.</translation>
        </message>
        <message>
            <source>{path} was written by a newer version of Kireji (format {version}; this one knows {newest}).</source>
            <translation>{path} wurde von einer neueren Version von Kireji geschrieben (Format {version}; diese kennt {newest}).</translation>
        </message>
        <message>
            <source>{percent} %</source>
            <translation>{percent} %</translation>
        </message>
        <message>
            <source>{percent} % of the context is taken</source>
            <translation>{percent} % des Kontexts sind belegt</translation>
        </message>
        <message>
            <source>{percent} % of the full price, through the service's batches</source>
            <translation>{percent} % des vollen Preises, über die Stapel des Dienstes</translation>
        </message>
        <message>
            <source>{pictures} came with it.</source>
            <translation>{pictures} kamen mit.</translation>
        </message>
        <message>
            <source>{place} for a typing mistake, and the network.</source>
            <translation>{place} (vielleicht ein Tippfehler), ebenso das Netz.</translation>
        </message>
        <message>
            <source>{policy}, version {version}</source>
            <translation>{policy}, Version {version}</translation>
        </message>
        <message>
            <source>{problem} It may have been paid for nevertheless.</source>
            <translation>{problem} Bezahlt wurde sie vielleicht trotzdem.</translation>
        </message>
        <message>
            <source>{problem} The job goes on by itself.</source>
            <translation>{problem} Die Aufgabe geht von selbst weiter.</translation>
        </message>
        <message>
            <source>{problem} Then resume the job.</source>
            <translation>{problem} Danach die Aufgabe fortsetzen.</translation>
        </message>
        <message>
            <source>{program} (process {number})</source>
            <translation>{program} (Prozess {number})</translation>
        </message>
        <message>
            <source>{provider} does not count; this is an estimate.</source>
            <translation>{provider} zählt nicht; dies ist eine Schätzung.</translation>
        </message>
        <message>
            <source>{provider} key</source>
            <translation>Schlüssel für {provider}</translation>
        </message>
        <message>
            <source>{ready} of {rows} looked through</source>
            <translation>{ready} von {rows} durchgesehen</translation>
        </message>
        <message>
            <source>{read} and costs nothing.</source>
            <translation>{read} und kostet nichts.</translation>
        </message>
        <message>
            <source>{read} in and {written} out per million tokens</source>
            <translation>{read} rein und {written} raus je Million Token</translation>
        </message>
        <message>
            <source>{read} in · {written} out</source>
            <translation>{read} rein · {written} raus</translation>
        </message>
        <message>
            <source>{read} of {prompt} tokens from the cache</source>
            <translation>{read} von {prompt} Token aus dem Zwischenspeicher</translation>
        </message>
        <message>
            <source>{read} of {prompt} tokens from the cache, saved {amount}</source>
            <translation>{read} von {prompt} Token aus dem Zwischenspeicher, {amount} gespart</translation>
        </message>
        <message>
            <source>{read} read, {written} written</source>
            <translation>{read} gelesen, {written} geschrieben</translation>
        </message>
        <message>
            <source>{read}, which costs about {price}.</source>
            <translation>{read}, was ungefähr {price} kostet.</translation>
        </message>
        <message>
            <source>{read}; nobody knows what that costs.</source>
            <translation>{read}; was das kostet, ist nicht bekannt.</translation>
        </message>
        <message>
            <source>{reason} {done} of {items} were judged; the check is not kept.</source>
            <translation>{reason} {done} von {items} wurden beurteilt; die Prüfung wird nicht aufbewahrt.</translation>
        </message>
        <message>
            <source>{reference} cannot be filled in here.</source>
            <translation>{reference} kann hier nicht eingesetzt werden.</translation>
        </message>
        <message>
            <source>{regions}, {share} % of the picture</source>
            <translation>{regions}, {share} % des Bildes</translation>
        </message>
        <message>
            <source>{requests} to {model} · {provider}, about {tokens} tokens to read, {cost}.</source>
            <translation>{requests} an {model} · {provider}, ungefähr {tokens} Token zu lesen, {cost}.</translation>
        </message>
        <message>
            <source>{requests}, {read} tokens read and {written} written</source>
            <translation>{requests}, {read} Token gelesen und {written} geschrieben</translation>
        </message>
        <message>
            <source>{right} of {judged} as labelled ({share})</source>
            <translation>{right} von {judged} wie vorgegeben ({share})</translation>
        </message>
        <message>
            <source>{rows} count as failed.</source>
            <translation type="vanished">Als fehlgeschlagen gezählt: {rows}.</translation>
        </message>
        <message>
            <source>{rows} left out.</source>
            <translation>Ausgelassen: {rows}.</translation>
        </message>
        <message>
            <source>{rows} rows, {columns} columns</source>
            <translation>{rows} Zeilen, {columns} Spalten</translation>
        </message>
        <message>
            <source>{rows} since {time}</source>
            <translation>{rows} seit {time}</translation>
        </message>
        <message>
            <source>{rows} still come back.</source>
            <translation type="vanished">Noch unterwegs: {rows}.</translation>
        </message>
        <message>
            <source>{rows} wait again.</source>
            <translation type="vanished">Wieder wartend: {rows}.</translation>
        </message>
        <message>
            <source>{rows} written.</source>
            <translation>{rows} geschrieben.</translation>
        </message>
        <message>
            <source>{rows}, for {amount}</source>
            <translation>{rows}, für {amount}</translation>
        </message>
        <message>
            <source>{rows}, {columns}</source>
            <translation>{rows}, {columns}</translation>
        </message>
        <message>
            <source>{rows}: added behind the end that was last noted. The program was killed meanwhile, or somebody wrote them.</source>
            <translation>{rows}: hinter dem zuletzt vermerkten Ende hinzugefügt. Das Programm wurde unterdessen abgebrochen, oder jemand hat sie geschrieben.</translation>
        </message>
        <message>
            <source>{rows}: changed, or not written by this program.</source>
            <translation>{rows}: geändert oder nicht von diesem Programm geschrieben.</translation>
        </message>
        <message>
            <source>{rows}: missing at the end. They were cut off, or lost when the power failed.</source>
            <translation>{rows}: am Ende fehlend. Abgeschnitten oder bei einem Stromausfall verloren.</translation>
        </message>
        <message>
            <source>{rows}: not what stood there when the next row was written.</source>
            <translation>{rows}: nicht, was dort stand, als die nächste Zeile geschrieben wurde.</translation>
        </message>
        <message>
            <source>{rows}: removed.</source>
            <translation>{rows}: entfernt.</translation>
        </message>
        <message>
            <source>{row}, {what}</source>
            <translation>{row}, {what}</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} s</translation>
        </message>
        <message>
            <source>{seconds} seconds</source>
            <translation>{seconds} Sekunden</translation>
        </message>
        <message>
            <source>{section} · {page}</source>
            <translation>{section} · {page}</translation>
        </message>
        <message>
            <source>{sentence}.</source>
            <translation>{sentence}.</translation>
        </message>
        <message>
            <source>{sentence}. Click a box to send it.</source>
            <translation>{sentence}. Klick auf einen Kasten: wird gesendet.</translation>
        </message>
        <message>
            <source>{server} answered with what is not the protocol.</source>
            <translation>{server} hat mit etwas geantwortet, das nicht dem Protokoll entspricht.</translation>
        </message>
        <message>
            <source>{server} describes its tools in more than 10 MB.</source>
            <translation>{server} beschreibt seine Werkzeuge mit mehr als 10 MB.</translation>
        </message>
        <message>
            <source>{server} did not answer within {seconds} seconds.</source>
            <translation>{server} hat nicht innerhalb von {seconds} Sekunden geantwortet.</translation>
        </message>
        <message>
            <source>{server} did not list its tools within {seconds} seconds.</source>
            <translation>{server} hat seine Werkzeuge nicht innerhalb von {seconds} Sekunden aufgelistet.</translation>
        </message>
        <message>
            <source>{server} ended before it had answered.</source>
            <translation>{server} endete, bevor er geantwortet hatte.</translation>
        </message>
        <message>
            <source>{server} ended before it was asked.</source>
            <translation>{server} endete, bevor er gefragt wurde.</translation>
        </message>
        <message>
            <source>{server} failed {times} times and is tried again in {seconds} seconds. {why}</source>
            <translation>{server} ist {times}-mal fehlgeschlagen und wird in {seconds} Sekunden noch einmal versucht. {why}</translation>
        </message>
        <message>
            <source>{server} has forgotten the connection.</source>
            <translation>{server} hat die Verbindung vergessen.</translation>
        </message>
        <message>
            <source>{server} is another program now.</source>
            <translation>{server} ist jetzt ein anderes Programm.</translation>
        </message>
        <message>
            <source>{server} is running here with {model}. Nothing would leave this computer.</source>
            <translation>{server} läuft hier mit {model}. Nichts würde diesen Computer verlassen.</translation>
        </message>
        <message>
            <source>{server} is switched off.</source>
            <translation>{server} ist ausgeschaltet.</translation>
        </message>
        <message>
            <source>{server} lists more than {most} tools.</source>
            <translation>{server} listet mehr als {most} Werkzeuge auf.</translation>
        </message>
        <message>
            <source>{server} never comes to the end of its list of tools.</source>
            <translation>{server} kommt mit seiner Liste von Werkzeugen nie zum Ende.</translation>
        </message>
        <message>
            <source>{server} refused: {said}</source>
            <translation>{server} hat abgelehnt: {said}</translation>
        </message>
        <message>
            <source>{server} runs, but has no model yet. Add one there, then look again.</source>
            <translation>{server} läuft, hat aber noch kein Modell. Dort eines hinzufügen und noch einmal suchen.</translation>
        </message>
        <message>
            <source>{server} was ended before it had started.</source>
            <translation>{server} wurde beendet, bevor er gestartet war.</translation>
        </message>
        <message>
            <source>{server}, protocol {version}</source>
            <translation>{server}, Protokoll {version}</translation>
        </message>
        <message>
            <source>{shortcut} cannot be held here.</source>
            <translation>{shortcut} kann hier nicht gehalten werden.</translation>
        </message>
        <message>
            <source>{shortcut} is already used by Kireji itself.</source>
            <translation>{shortcut} wird schon von Kireji selbst verwendet.</translation>
        </message>
        <message>
            <source>{shortcut} is already used by another program.</source>
            <translation>{shortcut} wird schon von einem anderen Programm verwendet.</translation>
        </message>
        <message>
            <source>{size} KiB</source>
            <translation>{size} KiB</translation>
        </message>
        <message>
            <source>{size} MiB</source>
            <translation>{size} MiB</translation>
        </message>
        <message>
            <source>{size} in all.</source>
            <translation>{size} insgesamt.</translation>
        </message>
        <message numerus="yes">
            <source>{size} in {n} files are kept now.</source>
            <extracomment>{size} in 1 file is kept now.</extracomment>
            <translation>
                <numerusform>Zurzeit sind {size} in einer Datei aufbewahrt.</numerusform>
                <numerusform>Zurzeit sind {size} in {n} Dateien aufbewahrt.</numerusform>
            </translation>
        </message>
        <message>
            <source>{size} tokens of context</source>
            <translation>{size} Token Kontext</translation>
        </message>
        <message>
            <source>{some} and {last}</source>
            <translation>{some} und {last}</translation>
        </message>
        <message>
            <source>{source} → {target}</source>
            <translation>{source} → {target}</translation>
        </message>
        <message>
            <source>{spent} of {budget}</source>
            <translation>{spent} von {budget}</translation>
        </message>
        <message>
            <source>{state} · reused</source>
            <translation>{state} · übernommen</translation>
        </message>
        <message>
            <source>{state}; go to the first</source>
            <translation>{state}; zum ersten gehen</translation>
        </message>
        <message>
            <source>{taken} of {room}</source>
            <translation>{taken} von {room}</translation>
        </message>
        <message>
            <source>{there}: it does not answer in time.</source>
            <translation>{there}: die Antwort kommt nicht rechtzeitig.</translation>
        </message>
        <message>
            <source>{there}: it does not speak TLS as it should.</source>
            <translation>{there}: es spricht TLS nicht, wie es sollte.</translation>
        </message>
        <message>
            <source>{there}: no name can be looked up.</source>
            <translation>{there}: es kann kein Name nachgeschlagen werden.</translation>
        </message>
        <message>
            <source>{there}: nothing answers at that address.</source>
            <translation>{there}: unter dieser Adresse antwortet nichts.</translation>
        </message>
        <message>
            <source>{there}: the name is not known.</source>
            <translation>{there}: der Name ist nicht bekannt.</translation>
        </message>
        <message>
            <source>{there}: there is no way to it.</source>
            <translation>{there}: es führt kein Weg dorthin.</translation>
        </message>
        <message>
            <source>{things} ({count})</source>
            <translation>{things} ({count})</translation>
        </message>
        <message>
            <source>{title} (needs a picture)</source>
            <translation>{title} (braucht ein Bild)</translation>
        </message>
        <message>
            <source>{title} (needs {count} pictures)</source>
            <translation>{title} (braucht {count} Bilder)</translation>
        </message>
        <message>
            <source>{title} ({name}) is another one</source>
            <translation>{title} ({name}) ist eine andere</translation>
        </message>
        <message>
            <source>{title} answers with {model}.</source>
            <translation>{title} antwortet mit {model}.</translation>
        </message>
        <message>
            <source>{title} comes without its keys, {keys}; set them in its editor.</source>
            <translation>{title} kommt ohne ihre Tasten {keys}; sie im Editor der Schnellfrage setzen.</translation>
        </message>
        <message>
            <source>{title} goes as its words, because something in it is hidden.</source>
            <translation>{title} wird nur als Text gesendet, weil etwas darin verborgen wird.</translation>
        </message>
        <message>
            <source>{title} reads the text in the picture instead.</source>
            <translation>{title} liest stattdessen den Text im Bild.</translation>
        </message>
        <message>
            <source>{title} – Kireji help</source>
            <translation>{title} – Kireji-Hilfe</translation>
        </message>
        <message>
            <source>{title}, version {version}</source>
            <translation>{title}, Version {version}</translation>
        </message>
        <message>
            <source>{title}, {row} of {count}</source>
            <translation>{title}, {row} von {count}</translation>
        </message>
        <message>
            <source>{title}: a spreadsheet has room for {most} columns; {left_out} are left out.</source>
            <translation>{title}: Eine Tabellenkalkulation hat Platz für {most} Spalten; {left_out} werden ausgelassen.</translation>
        </message>
        <message>
            <source>{title}: add</source>
            <translation>{title}: hinzufügen</translation>
        </message>
        <message>
            <source>{title}: another one</source>
            <translation>{title}: weiterer Eintrag</translation>
        </message>
        <message>
            <source>{title}: fold away</source>
            <translation>{title}: zuklappen</translation>
        </message>
        <message>
            <source>{title}: folded away. Show</source>
            <translation>{title}: zugeklappt. Zeigen</translation>
        </message>
        <message>
            <source>{title}: show more or fewer</source>
            <translation>{title}: mehr oder weniger zeigen</translation>
        </message>
        <message>
            <source>{title}: {sentence}</source>
            <translation>{title}: {sentence}</translation>
        </message>
        <message>
            <source>{title}: {words}</source>
            <translation>{title}: {words}</translation>
        </message>
        <message>
            <source>{tokens} attached</source>
            <translation>{tokens} angehängt</translation>
        </message>
        <message>
            <source>{tokens} of them are probably still in the service's cache.</source>
            <translation>{tokens} davon sind wahrscheinlich noch im Zwischenspeicher des Dienstes.</translation>
        </message>
        <message>
            <source>{tokens}, no room</source>
            <translation>{tokens}, kein Platz</translation>
        </message>
        <message>
            <source>{tool} asks for permission</source>
            <translation>„{tool}“ bittet um Erlaubnis</translation>
        </message>
        <message>
            <source>{tool}: about to run</source>
            <translation>{tool}: wird gleich ausgeführt</translation>
        </message>
        <message>
            <source>{tool}: being asked for</source>
            <translation>{tool}: wird angefragt</translation>
        </message>
        <message>
            <source>{tool}: denied</source>
            <translation>{tool}: abgelehnt</translation>
        </message>
        <message>
            <source>{tool}: did not run</source>
            <translation>{tool}: wurde nicht ausgeführt</translation>
        </message>
        <message>
            <source>{tool}: done</source>
            <translation>{tool}: fertig</translation>
        </message>
        <message>
            <source>{tool}: failed</source>
            <translation>{tool}: fehlgeschlagen</translation>
        </message>
        <message>
            <source>{tool}: gave nothing back</source>
            <translation>{tool}: hat nichts zurückgegeben</translation>
        </message>
        <message>
            <source>{tool}: running</source>
            <translation>{tool}: läuft</translation>
        </message>
        <message>
            <source>{tool}: running in another Kireji</source>
            <translation>{tool}: läuft in einem anderen Kireji</translation>
        </message>
        <message>
            <source>{tool}: was running when the program ended; whether it took effect is not known</source>
            <translation>{tool}: lief, als das Programm endete; ob es etwas bewirkt hat, ist nicht bekannt</translation>
        </message>
        <message>
            <source>{tool}: was running when you stopped the answer</source>
            <translation>{tool}: lief, als die Antwort angehalten wurde</translation>
        </message>
        <message>
            <source>{tool}: {answer}</source>
            <translation>{tool}: {answer}</translation>
        </message>
        <message>
            <source>{tool}: {word}. Change</source>
            <translation>{tool}: {word}. Ändern</translation>
        </message>
        <message>
            <source>{type} in {unit}</source>
            <translation>{type} in {unit}</translation>
        </message>
        <message>
            <source>{type}: {choices}</source>
            <translation>{type}: {choices}</translation>
        </message>
        <message>
            <source>{url_variable} is set, but {key_variable} is not.</source>
            <translation>{url_variable} ist gesetzt, {key_variable} aber nicht.</translation>
        </message>
        <message>
            <source>{variable} of the prompt {name} cannot be that.</source>
            <translation>{variable} der Schnellfrage {name} kann das nicht sein.</translation>
        </message>
        <message>
            <source>{variable} of the prompt {name} is a picture, not a text.</source>
            <translation>{variable} der Schnellfrage {name} ist ein Bild, kein Text.</translation>
        </message>
        <message>
            <source>{version} is there</source>
            <translation>{version} ist da</translation>
        </message>
        <message>
            <source>{wanted} is not there any more; {model} answers.</source>
            <translation>{wanted} ist nicht mehr da; {model} antwortet.</translation>
        </message>
        <message>
            <source>{what} ({letter} on the picture, Alt+{letter} anywhere)</source>
            <translation>{what} ({letter} auf dem Bild, Alt+{letter} überall)</translation>
        </message>
        <message>
            <source>{what} came from {host} instead of an answer.</source>
            <translation>{what} kam von {host} statt einer Antwort.</translation>
        </message>
        <message>
            <source>{what} is described by something that is not a JSON object.</source>
            <translation>{what}: die Beschreibung ist kein JSON-Objekt.</translation>
        </message>
        <message>
            <source>{what} is too large to open.</source>
            <translation>{what} ist zu groß zum Öffnen.</translation>
        </message>
        <message>
            <source>{what} · {time}</source>
            <translation type="vanished">{what} · {time}</translation>
        </message>
        <message>
            <source>{when} · {conversations}</source>
            <translation>{when} · {conversations}</translation>
        </message>
        <message>
            <source>{when}, or change the settings under openrouter.</source>
            <translation>{when}, oder die Einstellungen unter openrouter ändern.</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but the cells above add up to {computed}.</source>
            <translation>{where}: Dort steht {stated}, aber die Zellen darüber ergeben {computed}.</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but the cells give {computed}.</source>
            <translation>{where}: Dort steht {stated}, aber die Zellen ergeben {computed}.</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but {words} gives {computed}.</source>
            <translation>{where}: Dort steht {stated}, aber {words} ergibt {computed}.</translation>
        </message>
        <message>
            <source>{who} has no batch service for {model}.</source>
            <translation>{who} hat keinen Stapeldienst für {model}.</translation>
        </message>
        <message>
            <source>{who}'s batches take no pictures from this computer, only from the web.</source>
            <translation>Die Stapel von {who} nehmen keine Bilder von diesem Computer, nur aus dem Web.</translation>
        </message>
        <message>
            <source>{who}; asked because the conversation contained text from {outside}</source>
            <translation>{who}; gefragt, weil die Unterhaltung Text {outside} enthielt</translation>
        </message>
        <message>
            <source>{who}; asked because {why}</source>
            <translation>{who}; gefragt, weil {why}</translation>
        </message>
        <message>
            <source>{why} Nobody can tell whether {rows} rows of this job are with the service. Look at its own list of batches, then say whether they are to be sent again or count as failed.</source>
            <translation>{why} Ob Zeilen dieser Aufgabe beim Dienst sind ({rows}), lässt sich nicht sagen. In seiner eigenen Liste der Stapel nachsehen, dann angeben, ob sie noch einmal gesendet werden oder als fehlgeschlagen zählen sollen.</translation>
        </message>
        <message>
            <source>{words} ({number})</source>
            <translation>{words} ({number})</translation>
        </message>
        <message>
            <source>{words} ({number}): {items}</source>
            <translation>{words} ({number}): {items}</translation>
        </message>
        <message>
            <source>{words} {done} of {total}</source>
            <translation>{words} {done} von {total}</translation>
        </message>
        <message>
            <source>{words}, and up to {amount} under way</source>
            <translation>{words}, und bis zu {amount} unterwegs</translation>
        </message>
        <message>
            <source>{words}, {percent} % from the cache</source>
            <translation>{words}, {percent} % aus dem Zwischenspeicher</translation>
        </message>
        <message>
            <source>“Capture after a delay” waits</source>
            <translation>„Nach einer Pause aufnehmen“ wartet</translation>
        </message>
        <message>
            <source>“{field}” cannot be {got}.</source>
            <translation>„{field}“ kann nicht {got} sein.</translation>
        </message>
        <message>
            <source>“{name}” cannot be read.</source>
            <translation>„{name}“ kann nicht gelesen werden.</translation>
        </message>
        <message>
            <source>“{name}” is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture.</source>
            <translation>„{name}“ ist weder eine Datei mit JSON-Zeilen (.jsonl) noch eine Tabelle (.csv) noch ein Bild.</translation>
        </message>
        <message>
            <source>“{name}” is not a JSON object.</source>
            <translation>„{name}“ ist kein JSON-Objekt.</translation>
        </message>
        <message>
            <source>“{name}” is not known here: a line has prompt, image and id.</source>
            <translation type="vanished">„{name}“ ist hier nicht bekannt: Eine Zeile hat prompt, image und id.</translation>
        </message>
        <message>
            <source>“{name}” is not known here: a line has prompt, image, images and id.</source>
            <translation>„{name}“ ist hier nicht bekannt: Eine Zeile hat prompt, image, images und id.</translation>
        </message>
        <message>
            <source>“{name}” is not known here; did you mean “{close}”?</source>
            <translation>„{name}“ ist hier nicht bekannt; ist „{close}“ gemeint?</translation>
        </message>
        <message>
            <source>“{name}” is too large for a schema.</source>
            <translation>„{name}“ ist zu groß für ein Schema.</translation>
        </message>
        <message>
            <source>“{program}” could not be started: the process that starts it was ended.</source>
            <translation>„{program}“ konnte nicht gestartet werden: Der Prozess, der es startet, wurde beendet.</translation>
        </message>
        <message>
            <source>“{program}” could not be started: {reason}.</source>
            <translation>„{program}“ konnte nicht gestartet werden: {reason}.</translation>
        </message>
        <message>
            <source>“{program}” did not start in time.</source>
            <translation>„{program}“ ist nicht rechtzeitig gestartet.</translation>
        </message>
        <message>
            <source>“{title}” has these keys. Choose others.</source>
            <translation>„{title}“ hat diese Tasten. Andere wählen.</translation>
        </message>
        <message>
            <source>“{title}” is about the clipboard, and there is no text in it.</source>
            <translation>„{title}“ handelt von der Zwischenablage, und darin ist kein Text.</translation>
        </message>
        <message>
            <source>“{title}” is about the selected text, and none is selected.</source>
            <translation>„{title}“ handelt vom ausgewählten Text, und es ist keiner ausgewählt.</translation>
        </message>
        <message>
            <source>“{title}” is back in the list</source>
            <translation>„{title}“ ist wieder in der Liste</translation>
        </message>
        <message>
            <source>“{title}” is removed.</source>
            <translation>„{title}“ ist entfernt.</translation>
        </message>
        <message>
            <source>“{title}” is saved.</source>
            <translation>„{title}“ ist gesichert.</translation>
        </message>
        <message>
            <source>“{title}” is saved. {trouble}</source>
            <translation>„{title}“ ist gesichert. {trouble}</translation>
        </message>
        <message>
            <source>“{title}” needs a picture. Capture or attach one.</source>
            <translation>„{title}“ braucht ein Bild. Eines aufnehmen oder anhängen.</translation>
        </message>
        <message>
            <source>“{title}” needs {count} pictures. Capture or attach them.</source>
            <translation>„{title}“ braucht {count} Bilder. Sie aufnehmen oder anhängen.</translation>
        </message>
        <message>
            <source>“{title}”, version {version}, is saved.</source>
            <translation>„{title}“, Version {version}, ist gesichert.</translation>
        </message>
        <message>
            <source>“{what}” cannot be carried over to this service's form.</source>
            <translation>„{what}“ lässt sich nicht in die Form dieses Dienstes übertragen.</translation>
        </message>
        <message>
            <source>“{words}”</source>
            <translation>„{words}“</translation>
        </message>
        <message>
            <source>… and {count} more.</source>
            <translation>… und {count} weitere.</translation>
        </message>
        <message>
            <source>… and {more} more characters</source>
            <translation>… und {more} weitere Zeichen</translation>
        </message>
        <message>
            <source>‹what is selected›</source>
            <translation>‹was ausgewählt ist›</translation>
        </message>
        <message>
            <source>‹what was copied›</source>
            <translation>‹was kopiert wurde›</translation>
        </message>
        <message>
            <source>≈ {amount}</source>
            <translation>≈ {amount}</translation>
        </message>
        <message>
            <source>≈ {read} read, {written} written</source>
            <translation>≈ {read} gelesen, {written} geschrieben</translation>
        </message>
        <message>
            <source>▇▇▇ stands in their place, in the window, on the command line and in the history.</source>
            <translation>▇▇▇ steht an ihrer Stelle, im Fenster, auf der Befehlszeile und im Verlauf.</translation>
        </message>
        <message>
            <source>⟨… {count} more characters …⟩</source>
            <translation>⟨… {count} weitere Zeichen …⟩</translation>
        </message>
    </context>
</TS>

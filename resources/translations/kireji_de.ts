<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>Kireji</name>
        <message>
            <source> at {host}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source> or is not open to this key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>${amount}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>*Read on this computer; single letters may be wrong. The question was not sent to any model.*</source>
            <translation type="unfinished"></translation>
        </message>
        <message numerus="yes">
            <source>, {n} see pictures</source>
            <extracomment>, 1 sees pictures</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message>
            <source>A content check held the question back{why}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A key belongs to one address, and there is none.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A key can be used for this session only.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A key can be used for this session only; it is never written to a file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A network's login page or a proxy may be in the way: open a web browser, log in, and ask again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A number between {lowest} and {highest}, please; {value} stays.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A picture in this conversation is larger than the service takes.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A proxy in between may hold streams back: check the proxy settings or the address of the service.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A redirect</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A rule of this {name} account held the question back.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A stored picture is missing or damaged.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A web page</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A window</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A window of Kireji lies over the watched region, which is not looked at until it is gone.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A, B, P, T, N, R</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>About</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Actual size</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add Control or Command in Settings, or update macOS.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add Kireji in System Settings, General, Login Items.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add Kireji to the Startup folder (shell:startup).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add Kireji to the start-up programs in the desktop's settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add a key for this server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add a region to the question</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add a region: keep this one and choose another for the same question (Insert)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add credit or raise the limit in the console of {name}, or use another key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add key…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add one in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add one there, then try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add the picture itself.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add who answers instead</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Address of another model server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Address of another server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Address of the proxy</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Address to open in a browser</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add…</source>
            <translation type="unfinished"></translation>
        </message>
        <message numerus="yes">
            <source>After {n} seconds</source>
            <extracomment>After 1 second</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>All screens</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Accessibility; or copy the text, then ask about the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again; if it is allowed there already, the permission was for an older copy: remove it from that list and add it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow screenshots for Kireji in the system's privacy settings, or use the desktop's own dialog.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow that in Settings, General, or copy the text and choose Ask about the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow writing to that folder, or choose another one with KIREJI_HOME.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Alt + 1 … 9</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Alt + arrow keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Always use the desktop's own dialog to cut out a region</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Amber</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An address with a name or password in it is not fetched.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another answer would pass the limit of ${max_cost} (${cost} are spent), so the region is not watched any more. Begin again with a higher limit.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another language shows from the next start on.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another program keeps {path} locked.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another program uses the shortcut. Choose another in Settings, Shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another program uses these keys. Choose others.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another running Kireji writes this answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Answer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Answer ready</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Answers from a model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Anthropic or OpenRouter</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Appearance</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys and Enter</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys move, plus and minus zoom, Ctrl+C copies, Ctrl+S saves, Esc closes, the menu key shows more.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys, Space</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys: first corner</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys: second corner</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow keys: the one beside</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Arrow, box, pen, text, number, redact; from the question with Alt</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>As the system has it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about selected text by copying it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about the clipboard</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about the selected text</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about the selection</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about this…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question}  Page Up: earlier questions)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question})</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again in a moment.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again in a new conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again in {seconds} seconds.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again in {value} minutes.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again; if it happens again, check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask again; the log says more.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask now, or run the job at Anthropic.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the desktop again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the same question again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask this at once</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask ⏎</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Bind the command 'kireji capture' to a key in your desktop's own keyboard settings; Settings, Shortcuts has it in full.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Black out</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Blue</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Branch {place} / {count}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Branch {place} of {count}. Show another</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture a window</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture after a delay</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture all screens</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture and ask</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture it again, or ask without it in a new conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture the same region again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture this screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture with the button, the tray menu or the command “{command}”.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capturing soon</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Certificates (*.pem *.crt *.cer)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Change the instructions</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Change the question or the model, or start a new conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Change the question, or choose another model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Change the question, or the account's rules at {name}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Change…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check its billing in the console of {name}, or use another key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check that only the key was pasted.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check that the desktop is running.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address and the network.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, or in OPENAI_BASE_URL</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address in {variable}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address, or ask again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address, or save the picture and drop the file here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the clock of this computer; if it is right, only the service can help.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the disk and the folder, then try again; nothing was deleted.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the network</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the setting network.proxy, HTTPS_PROXY or the proxy settings of the system.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a file of certificates</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a file…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a model that can, or leave the picture out.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another folder.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another model in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another model, or change the settings under openrouter.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another model, or paste the document's text.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another model, or set openrouter.data_collection to "allow" if requests may be kept.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another model, or use a key with more permissions in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another shortcut in Settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose one in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose one within {width} x {height} pixels.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose other keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose the model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose {new} in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Click or Enter: this window</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Click: a window</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close a program that listens on many ports, or paste a key instead.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close the program that uses it (a database viewer, a backup) and try again; nothing was lost.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Colour and width</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Colours</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Connect one and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Continue</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Continue the answer where it was cut</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Contrast</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Conversations and captures</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copied</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copied. Open it in a browser on this computer, and allow it there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copied: {command}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy a smaller part of it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy it again, or from another program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy it instead.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy picture, copy its text</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy text</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the address</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the answer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the command</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the command {command}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the command: {title}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the text in the picture (Ctrl+Shift+C)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the text yourself, then choose Ask about the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the text yourself.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the whole key and paste it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy the whole key, without spaces, and paste it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy there, then ask about the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy with the terminal's own keys, then ask about the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Correct its schema.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl + A</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl + C, Ctrl + Shift + C</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl + S, Ctrl + Shift + S</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl + Tab</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl + Z, Ctrl + Shift + Z</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl + arrow keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ctrl or Alt + Home, End</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cut one out by its place: --region.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cut out a piece of the screen, ask, and read the answer as it streams.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cut out a smaller region.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cut out the region in the desktop's own dialog, or give Kireji a picture file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Dark</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Default</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Default model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Details</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Done</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Drag over a part of the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Drag to cut out</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Drag: any region</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Draw a box</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Draw an arrow</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Draw by hand</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Draw on the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Draw with the mouse, or arrow keys and Space</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Draw with the mouse, or with arrow keys and Space  (Esc: done)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Earlier questions</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Effort</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter an address, or choose another way above.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter it by hand.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter one in Settings, Keys &amp; models, or with: kireji keys set local. Beside OPENAI_BASE_URL, set OPENAI_API_KEY.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter the server's address in Settings, Keys &amp; models, first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter: done. Shift+Enter: new line.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter: set it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter: take it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Enter: whole screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Esc</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Esc: close</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Every host is reached directly.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Explain what is shown.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Extra certificates</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>F1: all keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>First that can work</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Follow up…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Follow-up question</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>For example: Answer in two sentences.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Free software under the MIT licence.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Free some space and try again; what was saved before is still there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Frozen screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>General</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Give Kireji a picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Global shortcuts are not supported on this system yet.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Go on in the main window</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Go on without a key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Green</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Hide details</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>High</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Home, End</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Home, End: next edge</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Hosts without proxy</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>If a company network is in between, name its certificate file in the setting network.ca_file or in SSL_CERT_FILE.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>In a terminal Ctrl+C interrupts what runs, so nothing was copied.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>In force: none; the system names no proxy.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>In force: {address}, from the system.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>In force: {address}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Insert</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install Kireji again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install it in a folder with a shorter name.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install libxcb1, or: </source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install libxcb1.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install the part of xdg-desktop-portal that is made for your desktop.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install xdg-desktop-portal and the part of it for your desktop.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Instructions</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Instructions for new conversations</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Instructions: {words}. Change them</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It cannot be used yet.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It comes from {fixed}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It comes from {variable}: change it there. While that is set, no stored key is used.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It is asked again when the picture changes. Stop it in the tray, under Jobs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It is kept in your system keychain.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It is kept until Kireji ends.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It is not known whether this model can see.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It is then kept in your system keychain.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It runs on another computer, to which Ollama passes everything on.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It works.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It works. The keys arrived.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Its key, if it wants one</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>JPEG picture (*.jpg *.jpeg)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation type="unfinished"></translation>
        </message>
        <message numerus="yes">
            <source>Jobs ({n} running)</source>
            <extracomment>Jobs (1 running)</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keep it untested</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keep this region and choose another one</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keys &amp; models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keys are kept in your system keychain{where}, never in a file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keys cannot be sent to other programs here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keys for “{title}”: {keys}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kind: {kind}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji cannot enter itself into this system's start.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji cannot start</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji lies in a folder whose name is too long for Windows to start it from.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji presses the copy keys in the program in front, reads the text and puts your clipboard back as it was. Never in terminals, where these keys stop programs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji runs in a sandbox, which cannot enter itself into the session's start.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji: capture and ask</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji: capturing soon</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji: choose what to ask about</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Language</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Last 30 days</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Last 7 days</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Light</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>List them with: kireji history list</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Local server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Log in with an X11 session, or give Kireji a picture file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Log out and in again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Logs</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Longest answer, thinking included</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Look again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Look for servers on this computer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Look into the system's privacy settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Low</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Low: quick and cheap</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Lucide icons</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Make default for {name}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Make {parent} writable, or add Kireji in the desktop's settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Marks</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Max</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Medium</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model: {name}. Choose another</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>More</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>More about this conversation</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>More quick prompts</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>More to do with the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>More…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Most: slow and dear</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move by a pixel; with Shift by ten</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move it away, or choose another folder with KIREJI_HOME; it was left as it is.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move that file away, or choose another folder with KIREJI_HOME.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move the left and the top edge</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move the pointer over one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move the right and the bottom edge</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name fewer of them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name the screen: --screen N.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Network</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>New conversations are answered by</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Next screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No browser could be opened.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No browser could be opened. Open this address in one on this computer:</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No connection to {host}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No desktop portal runs here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No jobs</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No key is stored.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model matches “{query}”.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model of {display} is chosen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model server answers at {address}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model server answers on this computer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model server answers on this computer. Start one, then test again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model server was found on this computer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No models are known.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No port of this computer could be opened for the browser's answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No portal here takes pictures of the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No provider can work here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No proxy</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No screen is connected.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No shortcut is set.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No shortcut is set. Choose one in Settings, Shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No text is selected. Select some in any program, then choose this again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No text was found here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No text was found in the picture. This reader knows Latin, Chinese and Japanese script: cut out a region with larger or clearer text, or add a key in the settings to ask a model about it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No way of capturing is built in.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nobody came back from the browser within {minutes}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nobody looks, because that is switched off.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>None</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Normal</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Not tested.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nothing answers at {address}. Start the server, or correct the address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nothing is selected.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty history, or put a copy of yours back in its place.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Notify when an answer is ready</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Now that is {name} ({who}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Now that is {who}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>On the usual ports of Ollama, llama.cpp and LM Studio.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>On this desktop programs ask for keys and the desktop hands them out; it may give others than were asked for. Its own keyboard settings can change them too.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Only for answers that took a while and that no window shows. It holds your question, never the answer. Regions that are watched always tell.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Only services that do not keep or train on what they are sent</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Only services that keep nothing at all</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Opacity</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open Kireji</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste a current key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and sign in or paste one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models: paste it under {right}, and a key of {asked} here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open folder</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open it in another program and save it anew.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open settings</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open the conversation again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open the folder: {title}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open what you want to show. Click here to cancel.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>OpenRouter did not accept the sign-in.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>OpenRouter passes questions on to other services; the others are then never used.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>OpenRouter's jobs take no pictures and documents from this computer, only pictures on the web.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Opening the browser…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Or bind a command to a key in your desktop's own keyboard settings:</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Or let this computer read the text in the picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Otherwise only where the desktop does not let Kireji freeze the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>PNG picture (*.png)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Page Up, Page Down</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Part of the watched region is on no screen now.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Paste a key from Anthropic or OpenRouter; it is tested at once.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Paste a key in Settings, Keys &amp; models, instead.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Paste the whole key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Paste your {provider} key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Pause shortcuts</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Paused from the tray menu; other programs get these keys until you resume there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>People type with that key. Press it together with Ctrl, Alt or Super.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Pick a window; Tab or arrow keys: another one</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Pin to the screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Pinned picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Press a shortcut, cut out a piece of the screen and ask about it; the answer streams right beside it. Every conversation is kept on this computer, and what leaves it is written down for you to see.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Press it now</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Press it now, from here or from any other window.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Press it now: {title}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Press the keys…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Press the new keys, or Escape to keep the old ones. If nothing happens, another program has them: press others.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Programs cannot hold a key combination in this Wayland session.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Provider: {name}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Proxy</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Question</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Quick prompts</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Quit</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>RapidOCR, its PP-OCR models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Reading the picture on this computer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Reading…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Reads the text in a capture without any network. No key needed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Recent</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Red</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Redo</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Redo (Ctrl+Shift+Z)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Region {number}, {width} × {height} pixels. Remove it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Regions for this question</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Release: take it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove region {number}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove the key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove the key from the keychain? It can be pasted again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove the key of this server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove the keys: {title}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove the {title} key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Replace key…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Request id: {id}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Requests go to {address}, from the environment.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Run it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save as…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save the picture as a file (Ctrl+S)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save, save as</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Saved as {file}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Screens are at (x,y,width,height): {shown}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Search models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sending the question</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set a corner; while dragging: move the whole</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set a number</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set both or neither: an address from the environment gets no stored key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set keys…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set the key as an environment variable.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Settings</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Settings page</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Shortcuts</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Shortcuts are paused. Resume them from the tray menu.</source>
            <translation type="unfinished"></translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} models</source>
            <extracomment>Show the model</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message>
            <source>Show another branch</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Show or hide the details</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Show the conversations</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Shown by {name}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Shrink it below {most} megapixels.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Shrink it below {most} million pixels.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign in again, or paste a key instead.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign in again; the page in the browser works only once and only for a few minutes.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign in in browser</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign in with OpenRouter</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Some settings could not be used:</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something in Kireji failed before this answer was complete.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something in Kireji failed, so the region is not watched any more. The log says more.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; please try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; press the shortcut to start again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; what you were doing can be repeated.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Space</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Space: move it as it is</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stands on the work of</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Kireji again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Kireji from a desktop, or give it a picture file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Kireji from a desktop.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Kireji from the desktop.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Ollama, LM Studio or llama.cpp, or name its address in Settings, Keys &amp; models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, or enter the server's address in Settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, then look again. Nothing leaves this computer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a new conversation with a smaller picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a new conversation without it, or save the picture as PNG first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a new conversation, or leave some out.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a new conversation, or use fewer or smaller pictures.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a new conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a notification daemon, such as the desktop's own.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start it again when the desktop is back; what was written before is in the history.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start it and ask again, or check the address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start the newer version, or choose another folder with KIREJI_HOME; the file was left as it is.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start when you log in</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stays in the tray, with the shortcuts ready. Nothing is opened and nothing is sent.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stop</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stop the answer and keep what has arrived</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stricter: not even for a short time. Fewer models can answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Switch it in Windows' Settings, Apps, Startup.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Switch it on in System Settings, General, Login Items, Allow in the Background.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Switch them off and on in Settings, Shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Tab, Delete</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Tab: the next</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Take what is offered; ask once something is selected</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Test</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Test and keep</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Test connection</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Test the {title} key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Testing the key with the service…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Testing…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Text in pictures is read on this computer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Text size</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>That is neither an Anthropic key (sk-ant-…) nor an OpenRouter key (sk-or-…).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>That is not a key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>That model cannot see pictures; it gets the text this computer reads in them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The account of this key at {name} has a payment problem or no credit left.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The account of this key has reached its spending limit or has no credit left.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The address leads to what is</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The address of the proxy is none that can be used: it begins with http:// or https://.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The answer broke off before its end.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The answer broke off before its first word.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The answer broke off.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The answer paused after many steps. It can be continued.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The answer was cut at the maximum length. It can be continued.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued with a model that reads more, or in a new conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The browser came back without a code.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The certificate "{subject}" of {host}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The certificate of {host}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The certificate of {host} is not trusted.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The certificates in {path}, named by {name}, cannot be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The certificates of the system are trusted. Choose a file (PEM) for others beside them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The connection to the desktop was lost.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The connection to {host} was lost.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The conversation with its pictures is too large to send.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop did not accept “{title}”. {bind_by_hand}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop does not let Kireji take pictures of the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop gave no answer when asked for the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop gave no keys for this. Choose them in its keyboard settings, or bind the command.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop gave something else than a picture of the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop gave these keys; {chord} was asked for.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop has not answered yet whether it gives the shortcut; it may be asking you.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop has not answered yet; it may be asking you.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop has taken the shortcuts back.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop knows “{title}” but gave it no keys. Set them in its keyboard settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop never answered when asked for shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop refused the shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be opened.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's portal answers in a way Kireji does not know.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's portal does not answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's portal has stopped.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's portal refused.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's question about the picture of the screen was declined.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's screenshot portal, version {version}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop's shortcuts portal, version {version}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The display cannot be reached.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The display has gone.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The display is gone, so Kireji has ended.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The display {display} cannot be reached.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The earlier region lies on no screen any more. Drag to cut out another one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The entry for the login cannot be written: {reason}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The entry for the session's start cannot be written: {reason}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file can be read. Its certificates are trusted beside the system's.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file is empty.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The first that sees pictures</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The history in {path} is damaged.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The job ended before this question was answered.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The key comes from {variable} and is never stored.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The key holds characters that no key has.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The key is empty.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The key is {length} characters long; a keychain entry holds {max_length}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The keychain could not be opened.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The keychain does not answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The keychain failed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The keychain is locked.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The library libxcb is missing.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The local server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The local server was reached, but does not take the key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model asked for a tool that is not there ({names}); none ran.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model decides</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model declined to answer{about}. Ask differently, or choose another model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model gave no answer. Ask again, or with a lower effort.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model may still be loading, or be too large for this computer: ask again, or choose a smaller one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model reached the maximum length before its first word. Ask again with a lower effort or a higher maximum.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {model} cannot see pictures.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {model} does not exist{where}{opens}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {model} has been retired; {new} replaces it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {model} is no longer served; {new} replaces it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The models could not be listed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture could not be saved as {file}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture could not be saved in {folder}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture did not arrive within {seconds} seconds.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture has more than {most} million pixels.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture is too large for the text reader.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture is too large to open.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The pointer is on no screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The price of this model is unknown, so only the number of questions is limited.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The program in front takes no keys from others.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The program that holds the clipboard does not answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The proxy asks for a name and a password.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The proxy does not let {host} through.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The proxy {address} does not answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The question is no longer in this conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The region has changed</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The region has changed more than {per_hour} times in an hour and is not watched any more. Watch a smaller region, or begin again later.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The region {rect} has nothing of the screen in it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The region {rect} lies outside every screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The registry cannot be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The registry cannot be written.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The same for the edges that Ctrl and Alt move</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The same region again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The screen cannot be captured here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The screen could not be captured.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The screens have changed, so the capture was closed. Press the shortcut to start again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The selected text can be had here only by pressing the copy keys.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The service accepts this key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The service does not take this conversation's earlier reasoning back.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The shortcut cannot be held here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The shortcuts were declined in the desktop's dialog.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The sign-in was declined in the browser.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text is on the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader cannot open this picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader could not be started.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader gave an answer that makes no sense and was ended.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader gave no answer for {silence_seconds} seconds and was ended.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader is not installed ({missing}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader on this computer stopped unexpectedly.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text reader was closed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The windows are not known on this desktop. Drag to cut out a region.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The windows of other programs are not told here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The {kind} file is damaged.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There are no certificates (PEM) in this file. Choose another one, or remove it here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is a key for {name} for this session.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is a key for {name} in the environment ({variable}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is a key for {name} in your keychain.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no answer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no conversation {conversation}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no display to hold a key combination on.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no display.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no earlier region yet. Drag to cut one out.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no key and no server to test it with. Add one under Keys &amp; models; nothing is sent before.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no key for Anthropic.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no key for OpenRouter.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no keychain on this computer that Kireji can use.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no picture at this address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no picture to be had from {host}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no provider {name}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no quick prompt called {name}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no room left on the disk for {path}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no session bus here, so the desktop cannot be asked.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no signing in to {provider} in the browser.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no such service at {host}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no window under the pointer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is nothing to ask about in the clipboard. Copy text, a picture or a file first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is nothing to ask.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>These are the keys in use already.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>These keys work anywhere, whatever program is in front. Kireji never sees any other key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>They hold from the next question on. Changing them starts the cache anew, so the next answer costs more.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>They stand before everything you ask; each conversation can have its own.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>They stand before the conversation and hold until you change them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Thick</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Thin</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This address</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This address is redirected</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This address leads from one place to the next without end.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This answer reached the most it may say.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This answer was cut off before its end. What had arrived is kept.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This answer was cut off before its first word.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This computer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This computer's own model servers are always reached directly.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This computer's own reader can only read the text in a picture, and this question has none. Cut out a piece of the screen, or add a key in the settings to ask a model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This conversation holds {count} pictures, and {model} takes {most} at most.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This conversation is longer than the model can read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop does not show Kireji the selected text.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop does not tell where the pointer is.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop gives shortcuts only to programs with an installed menu entry.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop hands out no shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop has no dialog for cutting out a region.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop has no notifications.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop shows no notifications.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop shows no tray, so closing this window ends Kireji. Minimise it instead to keep the shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop's portal cannot do it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop's portal cannot take pictures of the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop's portal hands out no shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop's portal has no dialog for choosing a region.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This file cannot be read. Change its permissions, or choose another one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This file is not there. Choose another one, or remove it here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is a Wayland session, where programs cannot read the screen by themselves.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is a file of another kind ({name}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is a key of {right}, not of {asked}; it was not sent.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is no file. Choose the file with the certificates.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is not a picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is not an address of the web.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is the default for {name}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This keyboard has no key for {shortcut}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This name leads</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This question was not answered.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This session only</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>To the next edge of a window, left and right; with Shift up and down</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Today</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Trust the system's certificates alone</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try again with a smaller region.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try again; a smaller region needs less memory.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try again; if it stays so: {without}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try the shortcut</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try to get the keys again: {title}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Type a question or add a picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Undo</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Undo (Ctrl+Z)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Undo, redo</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Unless Ollama is set up for more, it may read only the last few thousand tokens of a conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Unlock it in your desktop's password settings, then try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Update it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Update xdg-desktop-portal.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use --screen N or --region, or leave out -o.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use a PNG, JPEG, WebP or GIF file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use an undamaged PNG, JPEG, WebP or GIF picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use default</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use for this session</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use one of: {names}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use the menu bar's menu.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use the tray's menu.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use {chord}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Use {model} of {server}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Very high</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>W</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Wait for the answer; the next change is watched for then.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Waiting for you to allow it in the browser. Did no browser open? Copy the address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Waiting for {keys}…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Waiting for {name}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Waiting for {name}; the model may be loading</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Watch this region</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Watched region</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Watching goes on when the screens are as before.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Watching the region</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Watching this region</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Welcome to Kireji</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What was copied is larger than {size} MB.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What {host} has at this address is no picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>When that does not work</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached or has no capacity, these are asked in this order; the answer says who gave it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached, nobody else is asked; you are told why.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Who answers</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Who answers instead</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Whole screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Windows 11 opens its own capture with this key; Settings, Accessibility, Keyboard changes that. </source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Windows does not answer about shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Windows does not offer global shortcuts to this program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Windows has stopped telling of shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Windows keeps F12 for debuggers.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Windows keeps most combinations with the Windows key for itself. </source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>With a tool: go to a place, begin and end there</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>With a tool: the next mark, remove it</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Without a key, this computer reads the text in what you cut out. Nothing is sent anywhere.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Words of the mark</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Write on the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>You are signed in with OpenRouter.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>You stopped this answer before its first word.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>You stopped this answer. What had arrived is kept.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Your question about a picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>[picture: {description}]</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>[picture]</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>a server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>asked the desktop</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>can use tools</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>cannot fetch pictures from the web</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>cannot read PDF documents</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>cannot see pictures</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>cannot see; gets the text this computer reads</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>d MMM</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>default</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ends {day}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>for this session</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>found {name} on {place}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>free</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>free tier, no credit bought yet</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>from the environment</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>in use</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>just now</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>keychain not open</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>looking…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS 15.0 and 15.1 refuse shortcuts with Option alone.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS did not press the keys for Copy.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS does not let Kireji press keys in other programs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS does not let Kireji record the screen.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS does not offer global shortcuts to this program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS does not tell this program of shortcuts.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS has Kireji switched off at login.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>macOS will ask for leave to record the screen at the first capture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no keys</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>none</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>none found</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not available</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not known</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not possible here</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not reached</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>nothing</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>nothing that it names</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>now</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>paused</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>port {port}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>reads documents</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ready</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ready · reads text only</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>refused</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>retired</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>seen working</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>sees pictures</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>stored, not tested yet</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>taken by another program</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>tested {when}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>testing…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>the local server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>the model server at {host}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>tokens</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>tried {when}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>under {amount}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>used {used}, no limit</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>works</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{address_hint}, and the model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{address_hint}, and the proxy settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{address_hint}: a service without encryption begins with http://.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{address_hint}; a network's login page may be in the way too.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{address_hint}; it begins with https:// or http://.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{behind}, to whom {name} passed the question, has a fault at the moment.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{chords} and {last} are already used by other programs. Choose others in Settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{chord} is already used for “{title}”. Choose other keys.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{colour}, {width} pixels wide</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{context} context</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{cost} per million</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{display} takes at most {max_stops} texts at which an answer ends.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} answered with something that is not an answer (HTTP {status}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} does not answer as a web service.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} does not list its models as a model server does.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} gave an empty answer; the model may still be starting.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} is not an address that can be reached.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} refused the request (HTTP {status})</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} sent far more than was asked for.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} sent something that is not a list of models.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} sent something that is not part of an answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} sent something that is not {what}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{host} sent the answer in one piece instead of as a stream.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{hours} h ago</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{hours}h</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{left} left of {limit}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{minutes} min ago</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{minutes}m</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{model} cannot be made to use a tool.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{model} on this computer answers. A key can be added later, in the settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{most} regions are the most for one question. Remove one first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{named} expired on {not_after}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{named} is made out to {names}, not to this address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{named} is not trusted: {reason_text}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{named} is not valid before {not_before}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{named} is vouched for by nobody but itself.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{named} was issued by "{issuer}", which is not trusted here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} at {place}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} cannot read a picture in this conversation.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} cannot see pictures; it gets the text this computer reads in them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} did not answer within {total} seconds.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} does not allow this key to do that.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} does not know the effort {asked}; it answers with {sent}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} has a fault at the moment.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} has been silent for {silence} seconds, which is the limit.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} has no model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} has nobody free who runs {value} within the settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} and keeps to the setting openrouter.data_collection.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} for such a question: {ended}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} is overloaded.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} is still loading the model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} refused the key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} refused the question.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} refused the question: {ended}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} takes no effort; it answers as it does by itself.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} takes no more requests for now.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} took too long to answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} wants a key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} was reached and accepts the key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} was reached, but does not take the key.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} was reached, but has no model yet.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} was reached.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name}: ask earlier</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name}: ask later</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name}: do not ask</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{network} and ask again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message numerus="yes">
            <source>{n} B</source>
            <extracomment>1 B</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} found</source>
            <extracomment>1 found</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} models</source>
            <extracomment>1 model</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} seconds</source>
            <extracomment>1 second</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
                <numerusform></numerusform>
            </translation>
        </message>
        <message>
            <source>{path} cannot be created because a file stands where a folder should be.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{path} cannot be written.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{path} could not be used: {error}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{path} is a database of another program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{path} was written by a newer version of Kireji (format {version}; this one knows {newest}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{place} for a typing mistake, and the network.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{provider} key</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{read} in and {written} out per million tokens</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{read} in · {written} out</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{removesuffix}, or change the settings under openrouter.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{seconds} seconds</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{server} is running here with {model}. Nothing would leave this computer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{server} runs, but has no model yet. Add one there, then look again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{shortcut} cannot be held here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{shortcut} is already used by Kireji itself.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{shortcut} is already used by another program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{size} KiB</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{size} MiB</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{size} tokens of context</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{there}: it does not answer in time.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{there}: it does not speak TLS as it should.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{there}: no name can be looked up.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{there}: nothing answers at that address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{there}: the name is not known.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{there}: there is no way to it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{title} answers with {model}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{title} reads the text in the picture instead.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{url_variable} is set, but {key_variable} is not.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{wanted} is not there any more; {model} answers.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{what} ({letter} on the picture, Alt+{letter} anywhere)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{what} came from {host} instead of an answer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{what} into the local network, to {host}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{what} is described by something that is not a JSON object.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{what} is too large to open.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{what} not an address of the web.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>“Capture after a delay” waits</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>“{title}” has these keys. Choose others.</source>
            <translation type="unfinished"></translation>
        </message>
    </context>
</TS>

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Kireji</name>
        <message>
            <source>${amount}</source>
            <translation type="unfinished"></translation>
        </message>
        <message numerus="yes">
            <source>, {n} see pictures</source>
            <extracomment>, 1 sees pictures</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
            </translation>
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
            <source>A number between {lowest} and {highest}, please; {value} stays.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A window</source>
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
            <source>Add a key for this server</source>
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
            <source>Add key…</source>
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
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again; if it is allowed there already, the permission was for an older copy: remove it from that list and add it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow that in Settings, General, or copy the text and choose Ask about the clipboard.</source>
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
            <source>Another language shows from the next start on.</source>
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
            <source>Change…</source>
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
            <source>Choose another folder.</source>
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
            <source>Copy the whole key and paste it again.</source>
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
            <source>Cut out a piece of the screen, ask, and read the answer as it streams.</source>
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
            <source>Frozen screen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>General</source>
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
            <source>It is then kept in your system keychain.</source>
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
            <source>Keys for “{title}”: {keys}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kind: {kind}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji cannot start</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kireji presses the copy keys in the program in front, reads the text and puts your clipboard back as it was. Never in terminals, where these keys stop programs.</source>
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
            <source>Local server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Log in with an X11 session, or give Kireji a picture file.</source>
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
            <source>Move the left and the top edge</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move the right and the bottom edge</source>
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
            <source>No browser could be opened. Open this address in one on this computer:</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No jobs</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model matches “{query}”.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model server answers on this computer. Start one, then test again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No models are known.</source>
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
            <source>Open folder</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Open settings</source>
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
            <source>OpenRouter passes questions on to other services; the others are then never used.</source>
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
            <source>Paste a key from Anthropic or OpenRouter; it is tested at once.</source>
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
            <source>Set keys…</source>
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
            <source>Start Kireji from a desktop, or give it a picture file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, then look again. Nothing leaves this computer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start it again when the desktop is back; what was written before is in the history.</source>
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
            <source>Text size</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>That is neither an Anthropic key (sk-ant-…) nor an OpenRouter key (sk-or-…).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>That model cannot see pictures; it gets the text this computer reads in them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The certificates of the system are trusted. Choose a file (PEM) for others beside them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The desktop gave no keys for this. Choose them in its keyboard settings, or bind the command.</source>
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
            <source>The display is gone, so Kireji has ended.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The earlier region lies on no screen any more. Drag to cut out another one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file can be read. Its certificates are trusted beside the system's.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The first that sees pictures</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The key comes from {variable} and is never stored.</source>
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
            <source>The model decides</source>
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
            <source>The region has changed</source>
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
            <source>The shortcut cannot be held here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The text is on the clipboard.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The windows are not known on this desktop. Drag to cut out a region.</source>
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
            <source>There is no quick prompt called {name}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is nothing to ask about in the clipboard. Copy text, a picture or a file first.</source>
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
            <source>This desktop does not show Kireji the selected text.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This desktop shows no tray, so closing this window ends Kireji. Minimise it instead to keep the shortcuts.</source>
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
            <source>This is a Wayland session, where programs cannot read the screen by themselves.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is no file. Choose the file with the certificates.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is the default for {name}</source>
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
            <source>Try again.</source>
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
            <source>macOS does not let Kireji record the screen.</source>
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
            <source>now</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>paused</source>
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
            <source>{model} on this computer answers. A key can be added later, in the settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{most} regions are the most for one question. Remove one first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} at {place}</source>
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
        <message numerus="yes">
            <source>{n} B</source>
            <extracomment>1 B</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} found</source>
            <extracomment>1 found</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} models</source>
            <extracomment>1 model</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} seconds</source>
            <extracomment>1 second</extracomment>
            <translation type="unfinished">
                <numerusform></numerusform>
            </translation>
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
            <source>{what} ({letter} on the picture, Alt+{letter} anywhere)</source>
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

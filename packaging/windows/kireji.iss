; Installs Kireji for one person, without asking for an administrator. Compiled by packaging/windows/installer.py with
; Inno Setup 6.4 or newer, which passes:
;   /DVersion=1.2.3       as the program says it
;   /DNumbers=1.2.3.0     the same as Windows compares it
;   /DSource=FOLDER       what packaging/build has made: kirejiw.exe, kireji.exe and _internal
;   /DIcon=FILE           the program's icon
;   /DOutput=FOLDER       where the installer goes
;   /DSigned              and /Skireji=COMMAND, where there is a certificate
; Untried: no Windows was at hand.

#ifndef Version
  #error Pass /DVersion and the others: packaging/windows/installer.py does.
#endif

#define Name "Kireji"
; As core/identity.py calls it: what the program tells Windows about itself, and the object that shows that it runs.
#define AppId "io.github.kireji.Kireji"
#define Windowed "kirejiw.exe"
#define Console "kireji.exe"
#define RunKey "Software\Microsoft\Windows\CurrentVersion\Run"
#define ApprovedKey "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

[Setup]
AppId={#AppId}
AppName={#Name}
AppVersion={#Version}
AppVerName={#Name} {#Version}
AppPublisher={#Name}
VersionInfoVersion={#Numbers}
VersionInfoProductTextVersion={#Version}
VersionInfoDescription={#Name} Setup
; One person's program, in that person's folder: {localappdata}\Programs\Kireji.
PrivilegesRequired=lowest
DefaultDirName={autopf}\{#Name}
UsePreviousAppDir=yes
DisableDirPage=auto
DisableProgramGroupPage=yes
; The oldest Windows that Qt 6.11 and 6.12 run on: Windows 10 of 2018.
MinVersion=10.0.17763
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\{#Windowed}
UninstallDisplayName={#Name}
WizardStyle=modern
ShowLanguageDialog=auto
OutputDir={#Output}
OutputBaseFilename=kireji-{#Version}-windows-x64
; Both programs hold the same archive: in one block it is packed once.
Compression=lzma2/ultra64
SolidCompression=yes
; The path of the command line is told to programs that are started from now on.
ChangesEnvironment=yes
; What PrepareToInstall has not ended, such as a command that runs, is offered to be closed. It is not started again: a
; command would do its work twice.
CloseApplications=yes
CloseApplicationsFilter=*.exe,*.dll,*.pyd
RestartApplications=no
#ifdef Signed
SignTool=kireji
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"
Name: "ar"; MessagesFile: "compiler:Languages\Arabic.isl"
; Inno Setup brings Chinese only from 7.0 on.
#if FileExists(AddBackslash(CompilerPath) + "Languages\ChineseSimplified.isl")
  #define Chinese
Name: "zh"; MessagesFile: "compiler:Languages\ChineseSimplified.isl"
#endif

[CustomMessages]
en.Autostart=Start with Windows, in the notification area
de.Autostart=Mit Windows starten, im Infobereich
ar.Autostart=البدء مع Windows، في منطقة الإعلام
en.Path=Make the command kireji available in terminals
de.Path=Den Befehl kireji in Terminals verfügbar machen
ar.Path=إتاحة الأمر kireji في الطرفيات
en.Choices=Choices:
de.Choices=Auswahl:
ar.Choices=الخيارات:
en.Start=Start Kireji
de.Start=Kireji starten
ar.Start=تشغيل Kireji
en.Comment=Ask about what is on the screen
de.Comment=Fragen zu dem stellen, was auf dem Bildschirm ist
ar.Comment=اسأل عمّا هو معروض على الشاشة
en.StillRuns=Kireji is still running and could not be ended. Quit it in its tray menu, then go on.
de.StillRuns=Kireji läuft noch und konnte nicht beendet werden. Beenden Sie es in seinem Symbolmenü und fahren Sie dann fort.
ar.StillRuns=ما زال Kireji يعمل وتعذر إنهاؤه. أنهِه من قائمة أيقونته في منطقة الإعلام ثم تابع.
en.DataStays=Your conversations, settings and logs stay in this folder:%n%n%1%n%nKeys stay in the Windows Credential Manager. Delete both by hand if you do not want to keep them.
de.DataStays=Ihre Unterhaltungen, Einstellungen und Protokolle bleiben in diesem Ordner:%n%n%1%n%nSchlüssel bleiben in der Windows-Anmeldeinformationsverwaltung. Löschen Sie beides von Hand, wenn Sie es nicht behalten wollen.
ar.DataStays=تبقى محادثاتك وإعداداتك والسجلات التقنية في هذا المجلد:%n%n%1%n%nوتبقى المفاتيح في مدير بيانات الاعتماد في Windows. احذفهما يدويًا إن كنت لا تريد الاحتفاظ بهما.
#ifdef Chinese
zh.Autostart=随 Windows 启动，并停留在通知区域
zh.Path=在终端中提供 kireji 命令
zh.Choices=选项：
zh.Start=启动 Kireji
zh.Comment=就屏幕上的内容提问
zh.StillRuns=Kireji 仍在运行，未能将其结束。请在其托盘菜单中选择“退出”，然后继续。
zh.DataStays=您的对话、设置和日志仍保留在此文件夹中：%n%n%1%n%n密钥仍保留在 Windows 凭据管理器中。如果不想保留，请手动删除这两处的内容。
#endif

; Asked once. Later the program's settings and Windows' own are the place for it, and an update changes neither.
[Tasks]
Name: "autostart"; Description: "{cm:Autostart}"; GroupDescription: "{cm:Choices}"; Flags: unchecked; Check: IsFirst
Name: "path"; Description: "{cm:Path}"; GroupDescription: "{cm:Choices}"; Check: IsFirst

; What an older version brought and this one does not would else be found by this one.
[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\{#Windowed}"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Source}\{#Console}"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Source}\_internal\*"; DestDir: "{app}\_internal"; Flags: ignoreversion recursesubdirs createallsubdirs

; The name by which the task bar and notifications find their way back to the entry.
[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\{#Windowed}"; Comment: "{cm:Comment}"; AppUserModelID: "{#AppId}"

; As desktop/autostart_win32.py writes it, to the letter: the settings show it, and switch it off.
[Registry]
Root: HKCU; Subkey: "{#RunKey}"; ValueType: string; ValueName: "{#Name}"; ValueData: """{app}\{#Windowed}"" --hidden"; Tasks: autostart
Root: HKCU; Subkey: "{#ApprovedKey}"; ValueType: none; ValueName: "{#Name}"; Flags: deletevalue dontcreatekey; Tasks: autostart

[Run]
Filename: "{app}\{#Windowed}"; Description: "{cm:Start}"; Flags: nowait postinstall skipifsilent

[Code]
const
  EnvironmentKey = 'Environment';
  PatienceMs = 15000;
  StepMs = 100;
  GraceMs = 500;

{ Whether no version is there yet. }
function IsFirst: Boolean;
begin
  Result := not RegKeyExists(HKCU, 'Software\Microsoft\Windows\CurrentVersion\Uninstall\{#AppId}_is1');
end;

{ Asks the program to end and waits for its process: it saves what is just coming in, and no file is in use then. }
function Ended: Boolean;
var
  Console: String;
  Code, Waited: Integer;
begin
  Result := True;
  Console := ExpandConstant('{app}\{#Console}');
  if not FileExists(Console) or not CheckForMutexes('{#AppId}') then
    Exit;
  Exec(Console, 'quit', '', SW_HIDE, ewWaitUntilTerminated, Code);
  Waited := 0;
  while CheckForMutexes('{#AppId}') and (Waited < PatienceMs) do
  begin
    Sleep(StepMs);
    Waited := Waited + StepMs;
  end;
  Result := not CheckForMutexes('{#AppId}');
  { Windows ends what the program had started only after it. }
  Sleep(GraceMs);
end;

function PrepareToInstall(var NeedsRestart: Boolean): String;
begin
  Result := '';
  if not Ended then
    Result := CustomMessage('StillRuns');
end;

function PathHas(const Paths, Folder: String): Boolean;
begin
  Result := Pos(';' + Lowercase(Folder) + ';', ';' + Lowercase(Paths) + ';') > 0;
end;

{ At the end, so that nothing of this program's is found before what the person has chosen. }
procedure AddToPath(const Folder: String);
var
  Paths: String;
begin
  if not RegQueryStringValue(HKCU, EnvironmentKey, 'Path', Paths) then
    Paths := '';
  if PathHas(Paths, Folder) then
    Exit;
  if (Paths <> '') and (Copy(Paths, Length(Paths), 1) <> ';') then
    Paths := Paths + ';';
  RegWriteExpandStringValue(HKCU, EnvironmentKey, 'Path', Paths + Folder);
end;

procedure RemoveFromPath(const Folder: String);
var
  Paths: String;
  Place: Integer;
begin
  if not RegQueryStringValue(HKCU, EnvironmentKey, 'Path', Paths) then
    Exit;
  if not PathHas(Paths, Folder) then
    Exit;
  Paths := ';' + Paths + ';';
  Place := Pos(';' + Lowercase(Folder) + ';', Lowercase(Paths));
  Delete(Paths, Place, Length(Folder) + 1);
  if Copy(Paths, 1, 1) = ';' then
    Delete(Paths, 1, 1);
  if Copy(Paths, Length(Paths), 1) = ';' then
    Delete(Paths, Length(Paths), 1);
  RegWriteExpandStringValue(HKCU, EnvironmentKey, 'Path', Paths);
end;

procedure CurStepChanged(CurStep: TSetupStep);
begin
  if (CurStep = ssPostInstall) and WizardIsTaskSelected('path') then
    AddToPath(ExpandConstant('{app}'));
end;

{ Where the program keeps what is the person's, as desktop/paths.py finds it. }
function DataFolder: String;
begin
  Result := GetEnv('KIREJI_HOME');
  if Result = '' then
    Result := ExpandConstant('{localappdata}\kireji');
end;

function InitializeUninstall: Boolean;
begin
  Result := Ended;
  if not Result then
    SuppressibleMsgBox(CustomMessage('StillRuns'), mbError, MB_OK, IDOK);
end;

{ The start with Windows may have been switched on in the program's settings: no entry of [Registry] knows of that. }
procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
var
  Command: String;
begin
  if CurUninstallStep = usUninstall then
  begin
    RemoveFromPath(ExpandConstant('{app}'));
    if RegQueryStringValue(HKCU, '{#RunKey}', '{#Name}', Command) and
      (Pos(Lowercase(ExpandConstant('{app}\')), Lowercase(Command)) > 0) then
    begin
      RegDeleteValue(HKCU, '{#RunKey}', '{#Name}');
      RegDeleteValue(HKCU, '{#ApprovedKey}', '{#Name}');
    end;
  end;
  if (CurUninstallStep = usPostUninstall) and DirExists(DataFolder) then
    SuppressibleMsgBox(FmtMessage(CustomMessage('DataStays'), [DataFolder]), mbInformation, MB_OK, IDOK);
end;

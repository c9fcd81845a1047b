# Installs what packaging/windows/installer.py has made, without asking anything, tries it, and removes it again. For the
# workflow; it ends what is installed for this account, so do not run it on a computer on which you use Kireji.
# Untried: no Windows was at hand.
param([Parameter(Mandatory)] [string] $Installer)
$ErrorActionPreference = 'Stop'

function Invoke-Quietly([string] $Program, [string[]] $Arguments) {
  $process = Start-Process -FilePath $Program -ArgumentList $Arguments -Wait -PassThru
  if ($process.ExitCode -ne 0) { throw "$Program ended with code $($process.ExitCode)." }
}

function Assert-That([bool] $Holds, [string] $Sentence) {
  if (-not $Holds) { throw "Not so: $Sentence" }
  Write-Output "so: $Sentence"
}

$folder = Join-Path $env:LOCALAPPDATA 'Programs\Kireji'
$program = Join-Path $folder 'kireji.exe'
$entry = Join-Path ([Environment]::GetFolderPath('Programs')) 'Kireji.lnk'
$run = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run'
$log = Join-Path ([IO.Path]::GetTempPath()) 'kireji-setup.log'
$data = Join-Path $env:LOCALAPPDATA 'kireji'

try {
  Invoke-Quietly $Installer @('/VERYSILENT', '/SUPPRESSMSGBOXES', '/NORESTART', '/TASKS=autostart,path', "/LOG=`"$log`"")
} catch {
  if (Test-Path $log) { Get-Content $log -Tail 40 }
  throw
}
Assert-That (Test-Path $program) 'the program is there'
Assert-That (Test-Path $entry) 'the start menu has its entry'
$line = (Get-ItemProperty $run).Kireji
Assert-That ($line -eq "`"$folder\kirejiw.exe`" --hidden") 'it starts with Windows, as its settings write it'
Assert-That ([Environment]::GetEnvironmentVariable('Path', 'User') -like "*$folder*") 'terminals find it'

& $program --self-test
if ($LASTEXITCODE -ne 0) { throw "The self-test of what was installed ended with code $LASTEXITCODE." }

# An update over a running program: it is ended, and its files are replaced.
Start-Process (Join-Path $folder 'kirejiw.exe') '--hidden'
Start-Sleep -Seconds 15
Assert-That ((Get-Process kirejiw -ErrorAction SilentlyContinue).Count -ge 1) 'it runs'
Invoke-Quietly $Installer @('/VERYSILENT', '/SUPPRESSMSGBOXES', '/NORESTART', "/LOG=`"$log`"")
Assert-That (-not (Get-Process kirejiw -ErrorAction SilentlyContinue)) 'the installer has ended it'
Assert-That ($null -ne (Get-ItemProperty $run).Kireji) 'an update leaves the start with Windows as it was'

Invoke-Quietly (Join-Path $folder 'unins000.exe') @('/VERYSILENT', '/SUPPRESSMSGBOXES', '/NORESTART')
# The uninstaller goes on in a copy of itself, which removes the folder.
foreach ($second in 1..60) { if (-not (Test-Path $program)) { break }; Start-Sleep -Seconds 1 }
Assert-That (-not (Test-Path $program)) 'the program is gone'
Assert-That (-not (Test-Path $entry)) 'the entry is gone'
Assert-That ($null -eq (Get-ItemProperty $run).Kireji) 'it no longer starts with Windows'
Assert-That (-not ([Environment]::GetEnvironmentVariable('Path', 'User') -like "*$folder*")) 'the path is as before'
Assert-That (Test-Path $data) 'what is the person''s is still there'

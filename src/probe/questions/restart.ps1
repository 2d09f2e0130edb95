$session = Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager' -ErrorAction Stop
'wci is asked'
$windows = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
# Both are keys, whatever the scripts that read them as values say.
if (Test-Path "$windows\Component Based Servicing\RebootPending") { 'wci waits servicing' }
if (Test-Path "$windows\WindowsUpdate\Auto Update\RebootRequired") { 'wci waits update' }
if ($session.PendingFileRenameOperations) { 'wci waits rename' }

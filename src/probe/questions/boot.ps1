# Either source may be gone, or broken: each is asked for itself.
try {
    $booted = (Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime -OperationTimeoutSec 10 -ErrorAction Stop).LastBootUpTime
    'wci time ' + $booted.ToFileTime()
    'wci shown ' + $booted.ToString('yyyy-MM-dd HH:mm', [Globalization.CultureInfo]::InvariantCulture)
}
catch { 'wci lacks ' + $_.Exception.Message }
try {
    $memory = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters'
    $counter = (Get-ItemProperty $memory -Name BootId -ErrorAction Stop).BootId
    if ($null -ne $counter) { 'wci boot ' + $counter }
}
catch { 'wci lacks ' + $_.Exception.Message }
# Of a clock that nobody steps, and that begins with the boot.
try { 'wci up ' + [long]([Diagnostics.Stopwatch]::GetTimestamp() / [Diagnostics.Stopwatch]::Frequency) } catch { }

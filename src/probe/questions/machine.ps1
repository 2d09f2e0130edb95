$windows = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
if ($fact -eq 'disk') {
    $drive = if ($env:SystemDrive) { $env:SystemDrive + '\' } else { '/' }
    'wci is ' + (New-Object IO.DriveInfo $drive).AvailableFreeSpace
}
elseif ($fact -eq 'arch') {
    # A process of 32 bits is told its own.
    'wci is ' + $(if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE })
}
elseif ($fact -eq 'memory') {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem -Property TotalVisibleMemorySize -ErrorAction Stop
    'wci is ' + ([long]$system.TotalVisibleMemorySize * 1024)
}
elseif ($fact -eq 'version') {
    $found = Get-ItemProperty $windows -ErrorAction Stop
    $name = $found.ProductName
    # Windows 11 goes on calling itself 10 there.
    if ([int]$found.CurrentBuildNumber -ge 22000) { $name = $name -replace '^Windows 10 ', 'Windows 11 ' }
    'wci is ' + $name
}

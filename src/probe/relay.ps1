# The relay to a warm PowerShell behind ssh. The input of this one is ssh's: a program that a question starts would read the next question
# from it, or wait for ever. So the questions go on, line by line, through a pipe to a second PowerShell whose input is empty.
# Its output is ours. Where ssh's input ends, all ends; where it ends by itself in the middle of a question, its status is told.
# The next line of the input is its loop. Runs in 5.1 and 7, and calls no command that a module would have to be loaded for.
$wciInfo = [Diagnostics.ProcessStartInfo]::new()
$wciInfo.FileName = [Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
$wciInfo.Arguments = '-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command "' +
    [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($wciIn.ReadLine())) + '"'
$wciInfo.UseShellExecute = $false
$wciInfo.RedirectStandardInput = $true
$wciPipe = [IO.Pipes.AnonymousPipeServerStream]::new('Out', 'Inheritable')
$wciEnvironment = $wciInfo.EnvironmentVariables
$wciEnvironment['WCI_ASK'] = $wciPipe.GetClientHandleAsString()
$wciEnvironment['TERM'] = 'dumb'
$wciEnvironment['NO_COLOR'] = '1'
$wciEnvironment['PAGER'] = 'cat'
$wciEnvironment['GIT_TERMINAL_PROMPT'] = '0'
$wciEnvironment['POWERSHELL_TELEMETRY_OPTOUT'] = '1'
$wciEnvironment['POWERSHELL_UPDATECHECK'] = 'Off'
# With the modules of PowerShell 7 in front 5.1 cannot load some of its own.
if ($PSVersionTable.PSVersion.Major -lt 6) { $wciEnvironment.Remove('PSModulePath') }
$wciOther = [Diagnostics.Process]::Start($wciInfo)
$wciOther.StandardInput.Close()
$wciPipe.DisposeLocalCopyOfClientHandle()
$wciAsk = [IO.StreamWriter]::new($wciPipe)
$wciAsk.AutoFlush = $true
$wciNonce = ''
$wciLine = $wciIn.ReadLineAsync()
while (-not $wciOther.HasExited) {
    if (-not $wciLine.Wait(200)) { continue }
    if ($null -eq $wciLine.Result) {
        # 5.1 can end only the one; the system's own program ends what that started too.
        try { $wciOther.Kill($true) } catch { & "$env:SystemRoot\System32\taskkill.exe" /t /f /pid $wciOther.Id }
        exit
    }
    $wciNonce = $wciLine.Result.Split(' ')[0]
    try { $wciAsk.WriteLine($wciLine.Result) } catch { break }
    $wciLine = $wciIn.ReadLineAsync()
}
[void]$wciOther.WaitForExit(5000)
$wciStatus = $wciOther.ExitCode
# A crash or a kill is no status: negative on Windows, 128 and a signal elsewhere.
if ($wciStatus -lt 0 -or ($IsWindows -eq $false -and $wciStatus -gt 128 -and $wciStatus -le 192)) { exit 1 }
if ($wciNonce) { [Console]::Out.Write([string][char]10 + $wciNonce + ':' + $wciStatus + '!' + [char]10) }
exit $wciStatus

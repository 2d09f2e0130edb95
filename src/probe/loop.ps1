# The request loop of a warm PowerShell: a line is `NONCE BASE64 CHARACTERS`, a reply of so many at most stands on the output between `NONCE<` and `NONCE:status`, or
# `NONCE:status!` where the question left something behind that the next would notice: then this shell ends.
# Questions come through the pipe that WCI_ASK names, or by its number inherits. The input is empty: a program that reads it finds its end.
# Given with -Command, so it has no double quotes. Runs in 5.1 and 7. Commands are called by their full names: those that a check
# redefined have only the short ones.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') { 'wci-constrained'; exit }
$ProgressPreference = 'SilentlyContinue'
$wciUtf8 = Microsoft.PowerShell.Utility\New-Object Text.UTF8Encoding $false
try { [Console]::OutputEncoding = $wciUtf8 } catch { }
if ($env:WCI_ASK -match '^[0-9]+$') {
    $wciPipe = Microsoft.PowerShell.Utility\New-Object IO.Pipes.AnonymousPipeClientStream ([IO.Pipes.PipeDirection]::In), $env:WCI_ASK
}
else {
    $wciPipe = Microsoft.PowerShell.Utility\New-Object IO.Pipes.NamedPipeClientStream '.', $env:WCI_ASK, ([IO.Pipes.PipeDirection]::In)
    $wciPipe.Connect(30000)
}
[Environment]::SetEnvironmentVariable('WCI_ASK', $null)
$wci = @{
    nl = [string][char]10; home = (Microsoft.PowerShell.Management\Get-Location).ProviderPath; left = 0; env = @{}; status = 0; state = ''; spent = $false
    out = [Console]::Out; err = [Console]::Error; in = [Console]::In; utf8 = $wciUtf8
    ask = Microsoft.PowerShell.Utility\New-Object IO.StreamReader $wciPipe
    batch = Microsoft.PowerShell.Utility\New-Object Collections.ArrayList
    # Variables that come and change by themselves.
    moving = @('$', '?', '^', '_', 'args', 'Error', 'input', 'it', 'kind', 'LASTEXITCODE', 'Matches', 'MyInvocation', 'PSBoundParameters',
        'PWD', 'seen', 'StackTrace', 'this', 'value', 'wciLeft', 'wciLine', 'wciNative', 'wciNonce', 'wciOk', 'wciOnce', 'wciText')
}

function wciPut([string]$text) {
    if ($wci.left -le 0) { return }
    if ($text.Length -gt $wci.left) { $text = $text.Substring(0, $wci.left) }
    $wci.left -= $text.Length
    $wci.out.Write($text)
}

# Objects are formatted together, as tables need; text goes out at once.
function wciFlush {
    if ($wci.batch.Count -eq 0) { return }
    $objects = $wci.batch.ToArray()
    $wci.batch.Clear()
    wciPut (($objects | Microsoft.PowerShell.Utility\Out-String -Width 200).Trim([char]13, [char]10) + $wci.nl)
}

function wciTell {
    process {
        # The rest of a flood is only drained.
        if ($wci.left -le 0 -or $null -eq $_) { return }
        $item = $_
        if ($item -is [Management.Automation.ErrorRecord]) { $item = $item.ToString() }
        elseif ($item -is [Management.Automation.InformationalRecord]) { $item = $item.Message }
        elseif ($item -is [Management.Automation.InformationRecord]) { $item = $item.ToString() }
        elseif ($item -is [enum] -or $item.GetType().IsPrimitive) { $item = [string]$item }
        if ($item -is [string]) { wciFlush; wciPut ($item + $wci.nl) }
        else {
            [void]$wci.batch.Add($item)
            if ($wci.batch.Count -ge 1000) { wciFlush }
        }
    }
}

# What a check did to the process must not show in the next question.
function wciRestore {
    $now = [Environment]::GetEnvironmentVariables()
    foreach ($name in @($now.Keys)) {
        if (-not $wci.env.Contains($name)) { [Environment]::SetEnvironmentVariable($name, $null) }
    }
    foreach ($name in @($wci.env.Keys)) {
        if ($now[$name] -cne $wci.env[$name]) { [Environment]::SetEnvironmentVariable($name, $wci.env[$name]) }
    }
    try { if ([Console]::OutputEncoding.CodePage -ne 65001) { [Console]::OutputEncoding = $wci.utf8 } } catch { }
    [Console]::SetOut($wci.out)
    [Console]::SetError($wci.err)
    [Console]::SetIn($wci.in)
    [Environment]::CurrentDirectory = $wci.home
    Microsoft.PowerShell.Management\Set-Location -LiteralPath $wci.home
}

# What stands in the session for all to see, except for what modules brought.
function wciState {
    $seen = Microsoft.PowerShell.Utility\New-Object Text.StringBuilder
    $it = $null
    $value = $null
    foreach ($it in $ExecutionContext.InvokeProvider.ChildItem.Get('variable:', $false)) {
        if ($wci.moving -contains $it.Name) { continue }
        $value = $it.Value
        if ($value -is [Collections.IDictionary]) { $value = $value.Count }
        elseif ($value -is [Text.Encoding]) { $value = $value.CodePage }
        elseif ($value -isnot [string] -and $value -isnot [ValueType]) { $value = $null }
        [void]$seen.Append($it.Name).Append('=').Append([string]$value).Append($wci.nl)
    }
    foreach ($kind in 'function:', 'alias:') {
        foreach ($it in $ExecutionContext.InvokeProvider.ChildItem.Get($kind, $false)) {
            if (-not $it.ModuleName) { [void]$seen.Append($it.Name).Append('=').Append($it.Definition).Append($wci.nl) }
        }
    }
    [void]$seen.Append((Microsoft.PowerShell.Core\Get-Job | Microsoft.PowerShell.Utility\Measure-Object).Count)
    $seen.ToString()
}

# A check may use these names for its own; it cannot change ours.
foreach ($it in 'variable:wci', 'function:wciPut', 'function:wciFlush', 'function:wciTell', 'function:wciRestore', 'function:wciState') {
    $ExecutionContext.InvokeProvider.Item.Get($it)[0].Options = 'ReadOnly'
}
$wci.state = wciState
$wci.out.Write('wci-ready' + $wci.nl)
while ($null -ne ($wciLine = $wci.ask.ReadLine())) {
    $wciNonce, $wciText, $wciLeft = $wciLine.Split(' ')
    $wciText = $wci.utf8.GetString([Convert]::FromBase64String($wciText))
    $wci.out.Write($wciNonce + '<' + $wci.nl)
    $wci.left = [int]$wciLeft
    $wci.env = [Environment]::GetEnvironmentVariables()
    $global:wciOk = $null
    $global:LASTEXITCODE = 0
    $global:Error.Clear()
    # The round of one catches a stray break or continue; the added line reads the status where it still is.
    foreach ($wciOnce in 1) {
        try { & ([scriptblock]::Create($wciText + $wci.nl + $wci.nl + '$global:wciOk = $?')) *>&1 | wciTell }
        catch {
            # The parser's own sentence, not that `Create` failed.
            $(if ($_.Exception.InnerException -is [Management.Automation.ParseException]) { @($_.Exception.InnerException.Errors)[0].Message } else { $_ }) | wciTell
            $global:wciOk = $false
        }
    }
    wciFlush
    $wci.status = $global:LASTEXITCODE
    if ($global:wciOk -eq $true) { $wci.status = 0 }
    elseif ($global:wciOk -eq $false -and -not $wci.status) {
        # In 5.1 a program that wrote to its error stream counts as failed: its own status says more.
        $wciNative = $global:Error.Count -gt 0 -and $global:Error[0].FullyQualifiedErrorId -like 'NativeCommandError*'
        if (-not $wciNative) { $wci.status = 1 }
    }
    # Where this cannot be seen any more, it is so.
    $wci.spent = $true
    wciRestore
    $wci.spent = (wciState) -cne $wci.state
    $wci.out.Write($wci.nl + $wciNonce + ':' + [int]$wci.status + $(if ($wci.spent) { '!' }) + $wci.nl)
    if ($wci.spent) { break }
}

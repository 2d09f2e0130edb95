# The request loop of a warm PowerShell: a line is `NONCE BASE64`, a reply stands between `NONCE<` and `NONCE:status`.
# Given with -Command, so it has no double quotes. Runs in 5.1 and 7.
$ProgressPreference = 'SilentlyContinue'
$utf8 = New-Object Text.UTF8Encoding $false
try { [Console]::OutputEncoding = $utf8 } catch { }
$wci = @{ nl = [string][char]10; home = (Get-Location).ProviderPath; batch = New-Object Collections.ArrayList; left = 0; env = @{}; status = 0 }

function wciPut([string]$text) {
    if ($wci.left -le 0) { return }
    if ($text.Length -gt $wci.left) { $text = $text.Substring(0, $wci.left) }
    $wci.left -= $text.Length
    [Console]::Out.Write($text)
}

# Objects are formatted together, as tables need; text goes out at once.
function wciFlush {
    if ($wci.batch.Count -eq 0) { return }
    $objects = $wci.batch.ToArray()
    $wci.batch.Clear()
    wciPut (($objects | Out-String -Width 200).Trim([char]13, [char]10) + $wci.nl)
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

# What a check did to the environment must not show in the next.
function wciRestore {
    $now = [Environment]::GetEnvironmentVariables()
    foreach ($name in @($now.Keys)) {
        if (-not $wci.env.Contains($name)) { [Environment]::SetEnvironmentVariable($name, $null) }
    }
    foreach ($name in @($wci.env.Keys)) {
        if ($now[$name] -cne $wci.env[$name]) { [Environment]::SetEnvironmentVariable($name, $wci.env[$name]) }
    }
}

[Console]::Out.Write('wci-ready' + $wci.nl)
while ($null -ne ($wciLine = [Console]::In.ReadLine())) {
    $wciNonce, $wciText = $wciLine.Split(' ')
    $wciText = $utf8.GetString([Convert]::FromBase64String($wciText))
    [Console]::Out.Write($wciNonce + '<' + $wci.nl)
    $wci.left = 65536
    $wci.env = [Environment]::GetEnvironmentVariables()
    $global:wciOk = $null
    $global:LASTEXITCODE = 0
    $global:Error.Clear()
    Set-Location -LiteralPath $wci.home
    # The round of one catches a stray break or continue; the added line reads the status where it still is.
    foreach ($wciOnce in 1) {
        try { & ([scriptblock]::Create($wciText + $wci.nl + $wci.nl + '$global:wciOk = $?')) *>&1 | wciTell }
        catch { $_ | wciTell; $global:wciOk = $false }
    }
    wciFlush
    $wci.status = $global:LASTEXITCODE
    if ($global:wciOk -eq $true) { $wci.status = 0 }
    elseif ($global:wciOk -eq $false -and -not $wci.status) {
        # In 5.1 a program that wrote to its error stream counts as failed: its own status says more.
        $wciNative = $global:Error.Count -gt 0 -and $global:Error[0].FullyQualifiedErrorId -like 'NativeCommandError*'
        if (-not $wciNative) { $wci.status = 1 }
    }
    wciRestore
    [Console]::Out.Write($wci.nl + $wciNonce + ':' + [int]$wci.status + $wci.nl)
}

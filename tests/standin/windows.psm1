# The cmdlets of Windows that chapter 1 uses, with what they know in files below $env:WCI_STANDIN. For tests only; plain ASCII.
# Where there is no Windows (Linux), also a drive C: and a registry: folders are its keys, files in them its values.

$root = $env:WCI_STANDIN
$real = [IO.Path]::DirectorySeparatorChar -eq '\'
$pendingKey = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'

enum FeatureState { NotPresent; DisablePending; Disabled; EnablePending; Enabled; DisabledWithPayloadRemoved }
enum ServiceStatus { Stopped = 1; StartPending = 2; StopPending = 3; Running = 4 }

if (-not $real) {
    # The product words what it hears by it.
    Remove-Variable IsWindows -Scope Global -Force
    New-Variable IsWindows $true -Option AllScope -Scope Global
    foreach ($drive in 'C', 'HKLM', 'HKCU') {
        [void](New-Item -ItemType Directory -Force (Join-Path $root $drive))
        [void](New-PSDrive -Scope Global -Name $drive -PSProvider FileSystem -Root (Join-Path $root $drive))
    }
}

# --- what is known ---

function at([string]$name) { [IO.Path]::Combine($root, $name) }

function lines([string]$name) {
    if ([IO.File]::Exists((at $name))) { [IO.File]::ReadAllLines((at $name)) | Where-Object { $_ } }
}

function first([string]$name, $otherwise) {
    $all = @(lines $name)
    if ($all.Count) { $all[0] } else { $otherwise }
}

function keep([string]$name, $text) {
    [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName((at $name)))
    [IO.File]::WriteAllText((at $name), ($text -join "`n") + "`n")
}

function names([string]$folder) {
    if ([IO.Directory]::Exists((at $folder))) { [IO.Directory]::GetFiles((at $folder)) | ForEach-Object { [IO.Path]::GetFileName($_) } | Sort-Object }
}

function note([string]$line) { [IO.File]::AppendAllText((at 'log'), "$line`n") }

# --- how it can fail ---

function stop-with($cmdlet, [string]$message, [string]$id, [string]$kind = 'NotSpecified', $about = $null) {
    $why = [Runtime.InteropServices.COMException]::new($message)
    $cmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($why, $id, $kind, $about))
}

# As if a cmdlet were not there, or broken; $elevated says what it cannot be without.
function gate($cmdlet, [switch]$Elevated) {
    $name = $cmdlet.MyInvocation.MyCommand.Name
    if (@(lines 'missing') -contains $name) {
        $why = [Management.Automation.CommandNotFoundException]::new("The term '$name' is not recognized as a name of a cmdlet, function, script file, or executable program.")
        $why.CommandName = $name
        $cmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($why, 'CommandNotFoundException', 'ObjectNotFound', $name))
    }
    if (@(lines 'throwing') -contains $name) { stop-with $cmdlet 'The RPC server is unavailable.' $name }
    if ($Elevated -and (first 'elevated' 'yes') -eq 'no') { stop-with $cmdlet 'The requested operation requires elevation.' $name }
}

# --- the optional feature ---

function feature { [FeatureState](first 'feature' 'Disabled') }

function want-restart {
    if ($real) { [void](New-Item -Force $pendingKey) } else { [void](New-Item -ItemType Directory -Force $pendingKey) }
}

function Get-WindowsOptionalFeature {
    [CmdletBinding()] param([switch]$Online, [string]$FeatureName)
    gate $PSCmdlet -Elevated
    if ($FeatureName -ne 'Containers') { stop-with $PSCmdlet "Feature name $FeatureName is unknown." 'feature' }
    [pscustomobject]@{ FeatureName = 'Containers'; DisplayName = 'Containers'; RestartRequired = 'Possible'; State = feature }
}

function Enable-WindowsOptionalFeature {
    [CmdletBinding()] param([switch]$Online, [string]$FeatureName, [switch]$All, [switch]$NoRestart)
    gate $PSCmdlet -Elevated
    if ($FeatureName -ne 'Containers') { stop-with $PSCmdlet "Feature name $FeatureName is unknown." 'feature' }
    if (-not $NoRestart) { stop-with $PSCmdlet 'The stand-in would restart here: it wants -NoRestart.' 'restart' }
    note "Enable-WindowsOptionalFeature $FeatureName"
    $needed = (feature) -ne 'Enabled'
    if ($needed) { keep 'feature' 'EnablePending'; want-restart; Write-Warning 'Restart is suppressed because NoRestart is specified.' }
    [pscustomobject]@{ Path = ''; Online = $true; RestartNeeded = $needed }
}

function Disable-WindowsOptionalFeature {
    [CmdletBinding()] param([switch]$Online, [string]$FeatureName, [switch]$NoRestart)
    gate $PSCmdlet -Elevated
    if (-not $NoRestart) { stop-with $PSCmdlet 'The stand-in would restart here: it wants -NoRestart.' 'restart' }
    note "Disable-WindowsOptionalFeature $FeatureName"
    $needed = (feature) -ne 'Disabled'
    if ($needed) { keep 'feature' 'DisablePending'; want-restart; Write-Warning 'Restart is suppressed because NoRestart is specified.' }
    [pscustomobject]@{ Path = ''; Online = $true; RestartNeeded = $needed }
}

# --- services: a file each, its status and its start type ---

function service($cmdlet, [string]$name) {
    if ([IO.File]::Exists((at "services/$name"))) {
        $status, $start = lines "services/$name"
        return [pscustomobject]@{ Status = [ServiceStatus]$status; Name = $name; DisplayName = $name; StartType = $start }
    }
    $why = [InvalidOperationException]::new("Cannot find any service with service name '$name'.")
    $cmdlet.WriteError([Management.Automation.ErrorRecord]::new($why, 'NoServiceFoundForGivenName', 'ObjectNotFound', $name))
}

function set-status($cmdlet, [string]$name, [string]$status) {
    $found = service $cmdlet $name
    if (-not $found) { return }
    if ((first 'elevated' 'yes') -eq 'no') {
        stop-with $cmdlet "Service '$name' cannot be started due to the following error: Cannot open $name service on computer '.'." 'CouldNotStartService'
    }
    note "$($cmdlet.MyInvocation.MyCommand.Name) $name"
    keep "services/$name" $status, $found.StartType
}

function Get-Service {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name)
    gate $PSCmdlet
    if (-not $Name) { $Name = names 'services' }
    foreach ($one in $Name) { service $PSCmdlet $one }
}

function Start-Service {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string[]]$Name)
    gate $PSCmdlet
    foreach ($one in $Name) { set-status $PSCmdlet $one 'Running' }
}

function Stop-Service {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string[]]$Name, [switch]$Force)
    gate $PSCmdlet
    foreach ($one in $Name) { set-status $PSCmdlet $one 'Stopped' }
}

function Restart-Service {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string[]]$Name, [switch]$Force)
    gate $PSCmdlet
    foreach ($one in $Name) { set-status $PSCmdlet $one 'Running' }
}

function Set-Service {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Name, [string]$StartupType)
    gate $PSCmdlet
    $found = service $PSCmdlet $Name
    if ($found) { keep "services/$Name" ([string]$found.Status), $StartupType }
}

# --- the system ---

function Get-CimInstance {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$ClassName, [string[]]$Property, [string]$Filter)
    gate $PSCmdlet
    if ($ClassName -ne 'Win32_OperatingSystem') { stop-with $PSCmdlet 'Invalid class ' 'HRESULT 0x80041010' }
    [pscustomobject]@{
        Caption = 'Microsoft Windows Server 2022 Datacenter Azure Edition'
        Version = '10.0.20348'
        BuildNumber = '20348'
        LastBootUpTime = [datetime]::Parse((first 'boot' '2026-11-24T09:12:41'), [cultureinfo]::InvariantCulture)
    }
}

# Over SSH the session is 0, at a desktop it is not; the engine's own answer is of the machine the test runs on.
function Get-Process {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name, [int[]]$Id)
    gate $PSCmdlet
    if ($Id -and $Id.Count -eq 1 -and $Id[0] -eq $PID) {
        return [pscustomobject]@{ Id = $PID; ProcessName = 'powershell'; SessionId = [int](first 'session' 1) }
    }
    Microsoft.PowerShell.Management\Get-Process @PSBoundParameters
}

# --- app packages: a file each, with its version ---

function Get-AppxPackage {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Name = '*')
    gate $PSCmdlet
    foreach ($one in names 'appx') {
        if ($one -like $Name) {
            $version = first "appx/$one"
            [pscustomobject]@{ Name = $one; Version = $version; PackageFullName = "${one}_${version}_neutral_~_8wekyb3d8bbwe"; Status = 'Ok' }
        }
    }
}

function Add-AppxPackage {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Path)
    gate $PSCmdlet
    $failed = 'Deployment failed with HRESULT: 0x80073CF0, Package could not be opened.'
    if (-not (Test-Path -LiteralPath $Path)) { stop-with $PSCmdlet "Cannot find path '$Path' because it does not exist." 'PathNotFound' 'ObjectNotFound' $Path }
    if ([int](first 'session' 1) -eq 0) { stop-with $PSCmdlet 'Deployment failed with HRESULT: 0x80073D19, An error occurred because a user was logged off.' 'DeploymentError' }
    $package = Get-Content -LiteralPath $Path -Raw
    if ($package -notmatch 'package=(\S+) version=(\S+)') { stop-with $PSCmdlet $failed 'DeploymentError' }
    note "Add-AppxPackage $Path"
    keep "appx/$($Matches[1])" $Matches[2]
}

function Remove-AppxPackage {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName)][Alias('PackageFullName')][string]$Package)
    process {
        gate $PSCmdlet
        note "Remove-AppxPackage $Package"
        [IO.File]::Delete((at "appx/$($Package.Split('_')[0])"))
    }
}

Set-Alias Add-AppPackage Add-AppxPackage
Set-Alias Get-AppPackage Get-AppxPackage
Set-Alias Remove-AppPackage Remove-AppxPackage

# --- signatures: what is in the list is as it was signed ---

function Get-AuthenticodeSignature {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][Alias('FilePath')][string]$LiteralPath)
    gate $PSCmdlet
    if (-not (Test-Path -LiteralPath $LiteralPath)) {
        stop-with $PSCmdlet "File $LiteralPath was not found." 'FileNotFound' 'ObjectNotFound' $LiteralPath
    }
    $hash = (Get-FileHash -LiteralPath $LiteralPath -Algorithm SHA256).Hash
    $name = [IO.Path]::GetFileName($LiteralPath.Replace('\', '/'))
    $signed = @(lines 'signed')
    $status = if ($signed -contains "$hash $name") { 'Valid' } elseif ($signed -match " $name`$") { 'HashMismatch' } else { 'NotSigned' }
    $signer = if ($status -eq 'NotSigned') { $null } else { [pscustomobject]@{ Subject = 'CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US' } }
    [pscustomobject]@{ SignerCertificate = $signer; Status = [Management.Automation.SignatureStatus]$status; StatusMessage = $status; Path = $LiteralPath }
}

# --- scheduled tasks: a file each ---

function Get-ScheduledTask {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$TaskName, [string[]]$TaskPath)
    gate $PSCmdlet
    if (-not $TaskName) { $TaskName = @(names 'tasks') }
    foreach ($one in $TaskName) {
        if ([IO.File]::Exists((at "tasks/$one"))) {
            [pscustomobject]@{ TaskPath = '\'; TaskName = $one; State = 'Ready' }
            continue
        }
        $why = [Runtime.InteropServices.COMException]::new("No MSFT_ScheduledTask objects found with property 'TaskName' equal to '$one'.  Verify the value of the property and retry.")
        $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new($why, 'CmdletizationQuery_NotFound_TaskName', 'ObjectNotFound', $one))
    }
}

function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(Position = 0, Mandatory)][string]$TaskName)
    gate $PSCmdlet -Elevated
    [IO.File]::Delete((at "tasks/$TaskName"))
}

# --- the web: every address is the test's own server ---

function Invoke-WebRequest {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Uri, [string]$OutFile, [switch]$UseBasicParsing)
    gate $PSCmdlet
    note "Invoke-WebRequest $Uri"
    $to = @{}
    if ($OutFile) { $to.OutFile = $OutFile }
    $here = $Uri -replace '^https?://', "http://127.0.0.1:$(first 'port' 1)/"
    Microsoft.PowerShell.Utility\Invoke-WebRequest -UseBasicParsing $here @to
}

# --- the registry and the user, where there are none ---

class Identity {
    static [Identity] GetCurrent() { return [Identity]::new() }
}

class Principal {
    Principal([Identity]$identity) { }
    [bool] IsInRole($role) { return (first 'elevated' 'yes') -ne 'no' }
}

if (-not $real) {
    $known = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
    [void]$known::Add('Security.Principal.WindowsIdentity', [Identity])
    [void]$known::Add('Security.Principal.WindowsPrincipal', [Principal])

    # No program ends with more than a byte here: 166 is what is left of 1190.
    function shutdown.exe {
        [CmdletBinding()] param([Parameter(ValueFromRemainingArguments)][string[]]$Words)
        & (at 'C/Windows/System32/shutdown.exe') @Words
        if ($LASTEXITCODE -eq 0) { return }
        if ($LASTEXITCODE -eq 166) { $global:LASTEXITCODE = 1190 }
        $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([Exception]::new("shutdown ($LASTEXITCODE)"), 'shutdown', 'NotSpecified', $null))
    }

    function key-folder($path) { if ($path -match '^(HKLM|HKCU):') { Convert-Path -LiteralPath $path -ErrorAction Ignore } }

    function Get-Item {
        [CmdletBinding()] param([Parameter(Position = 0, Mandatory, ValueFromPipeline)][string[]]$Path, [switch]$Force)
        process {
            foreach ($one in $Path) {
                $folder = key-folder $one
                $item = Microsoft.PowerShell.Management\Get-Item -Path $one -Force:$Force
                if ($folder) {
                    $item | Add-Member ScriptMethod GetValue {
                        param($name, $otherwise, $options)
                        $file = [IO.Path]::Combine($this.FullName, $name)
                        if (-not [IO.File]::Exists($file)) { return $otherwise }
                        $text = [IO.File]::ReadAllText($file).TrimEnd("`n")
                        if ([string]$options -eq 'DoNotExpandEnvironmentNames') { return $text }
                        [regex]::Replace($text, '%([^%]+)%', { param($m) [string][Environment]::GetEnvironmentVariable($m.Groups[1].Value) })
                    }
                    $item | Add-Member ScriptMethod GetValueKind { param($name) 'ExpandString' }
                }
                $item
            }
        }
    }

    function Get-ItemProperty {
        [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][Alias('LiteralPath')][string]$Path, [Parameter(Position = 1)][string[]]$Name)
        if ($Path -notmatch '^(HKLM|HKCU):') { return Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters }
        $folder = key-folder $Path
        if (-not $folder) { stop-with $PSCmdlet "Cannot find path '$Path' because it does not exist." 'PathNotFound' 'ObjectNotFound' $Path }
        $values = @{}
        foreach ($file in [IO.Directory]::GetFiles($folder)) { $values[[IO.Path]::GetFileName($file)] = [IO.File]::ReadAllText($file).TrimEnd("`n") }
        $missed = @($Name | Where-Object { $_ -and -not $values.Contains($_) })
        if ($missed) {
            $why = [Management.Automation.PSArgumentException]::new("Property $($missed[0]) does not exist at path $Path.")
            $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new($why, 'System.Management.Automation.PSArgumentException', 'InvalidArgument', $Path))
            return
        }
        [pscustomobject]$values
    }

    function Set-ItemProperty {
        [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Path, [Parameter(Mandatory)][string]$Name, $Value, [string]$Type)
        if ($Path -match '^HKLM:' -and (first 'elevated' 'yes') -eq 'no') { stop-with $PSCmdlet 'Requested registry access is not allowed.' 'SecurityException' 'PermissionDenied' $Path }
        [IO.File]::WriteAllText([IO.Path]::Combine((key-folder $Path), $Name), "$Value`n")
    }

    function Remove-ItemProperty {
        [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Path, [Parameter(Position = 1, Mandatory)][string]$Name)
        [IO.File]::Delete([IO.Path]::Combine((key-folder $Path), $Name))
    }

    function New-Item {
        [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Path, [string]$ItemType, [switch]$Force)
        if ($Path -match '^(HKLM|HKCU):') {
            # As the registry does: with -Force a key begins empty.
            if ($Force -and (Test-Path $Path)) { Remove-Item $Path }
            $PSBoundParameters.ItemType = 'Directory'
        }
        Microsoft.PowerShell.Management\New-Item @PSBoundParameters
    }

    # A key's values are not its children.
    function Remove-Item {
        [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string[]]$Path, [switch]$Recurse, [switch]$Force)
        if ($Path -match '^(HKLM|HKCU):') { $PSBoundParameters.Recurse = $true }
        Microsoft.PowerShell.Management\Remove-Item @PSBoundParameters
    }

    if (-not (Test-Path HKCU:\Environment)) { [void](New-Item HKCU:\Environment) }
}

# --- Wine ---

if ($real) {
    # A .NET exception is now and then the last thing this engine does under Wine 8. What is missing and may be is seen without one.
    function Remove-Item {
        [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Path, [switch]$Recurse, [switch]$Force)
        if ("$($PSBoundParameters.ErrorAction)" -eq 'Ignore') {
            $there = @($Path | Where-Object { Test-Path $_ })
            if (-not $there) { return }
            $PSBoundParameters.Path = $there
        }
        Microsoft.PowerShell.Management\Remove-Item @PSBoundParameters
    }

    function Get-Command {
        [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name)
        $may = "$($PSBoundParameters.ErrorAction)" -eq 'Ignore'
        foreach ($one in $Name) {
            if (-not $may -or $ExecutionContext.InvokeCommand.GetCommand($one, 'All')) { Microsoft.PowerShell.Core\Get-Command $one }
        }
    }
}

Export-ModuleMember -Function shutdown.exe, New-Item, Remove-Item, Remove-ItemProperty, Get-Command, *-Windows*, *-Service, Get-CimInstance, Get-Process, *-Appx*, Get-Authenticode*, *-ScheduledTask, Invoke-WebRequest, Get-Item, Get-ItemProperty, Set-ItemProperty -Alias *

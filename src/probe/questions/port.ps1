$client = $null
# With the name at once: so both kinds of address are tried.
try {
    $client = New-Object Net.Sockets.TcpClient $name, ([int]$port)
    'wci open'
}
catch {
    $why = $_.Exception.GetBaseException()
    if ($why -is [Net.Sockets.SocketException] -and $why.SocketErrorCode -eq 'ConnectionRefused') { 'wci refused' }
    else { 'wci said ' + ($why.Message -replace '\s+', ' ') }
}
finally { if ($null -ne $client) { $client.Close() } }

'wci-started'
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') { 'wci-constrained'; exit }
$wciIn = [IO.StreamReader]::new([Console]::OpenStandardInput())
. ([scriptblock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($wciIn.ReadLine()))))

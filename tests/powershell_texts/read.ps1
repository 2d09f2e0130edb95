# Reads PowerShell texts with the engine's own parser and tells what Windows PowerShell 5.1 would not take. The texts are a JSON array of
# { id, text } in the file $env:WCI_TEXTS; what it tells is lines of JSON: { id, line, what }, and { id, line, command, parameters }
# for each command, which the test holds against its table.
$ErrorActionPreference = 'Stop'
$ast = 'System.Management.Automation.Language'

function tell($id, $extent, $what) {
    [pscustomobject]@{ id = $id; line = $extent.StartLineNumber; what = $what } | ConvertTo-Json -Compress
}

# The escapes that came with 6: an escaped backtick before them does not count.
function escapes($text) {
    for ($i = 0; $i -lt $text.Length - 1; $i++) {
        if ($text[$i] -ne '`') { continue }
        if ($text[$i + 1] -ceq 'e') { 'the escape `e' }
        elseif ($text[$i + 1] -ceq 'u' -and $i + 2 -lt $text.Length -and $text[$i + 2] -eq '{') { 'the escape `u{}' }
        $i++
    }
}

function look($id, $text) {
    $tokens = $null
    $errors = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($text, [ref]$tokens, [ref]$errors)
    foreach ($why in $errors) { tell $id $why.Extent ('an error: ' + $why.Message) }
    foreach ($token in $tokens) {
        $kind = [string]$token.Kind
        if ($kind -in 'StringExpandable', 'HereStringExpandable', 'Generic', 'Identifier') {
            foreach ($what in escapes $token.Text) { tell $id $token.Extent $what }
        }
        if ($kind -eq 'Number' -and $token.Text -match '^[+-]?0b|[uysn]+[lkmgtp]?b?$' -and $token.Text -notmatch '^[+-]?0x[0-9a-f]+$') {
            tell $id $token.Extent ('the number ' + $token.Text)
        }
    }
    foreach ($node in $tree.FindAll({ $true }, $true)) {
        $what = switch ($node.GetType().Name) {
            'PipelineChainAst' { 'a chain with ' + $(if ($node.Operator -eq 'AndAnd') { '&&' } else { '||' }) ; if ($node.Background) { 'a background &' } }
            'PipelineAst' { if ($node.Background) { 'a background &' } }
            'TernaryExpressionAst' { 'a ternary' }
            'BinaryExpressionAst' { if ($node.Operator -eq 'QuestionQuestion') { '??' } }
            'AssignmentStatementAst' { if ($node.Operator -eq 'QuestionQuestionEquals') { '??=' } }
            'MemberExpressionAst' { if ($node.NullConditional) { '?.' } }
            'InvokeMemberExpressionAst' { if ($node.NullConditional) { '?.' } }
            'IndexExpressionAst' { if ($node.NullConditional) { '?[]' } }
            'ScriptBlockAst' { if ($node.CleanBlock) { 'a clean block' } }
        }
        foreach ($one in $what) { tell $id $node.Extent $one }
        if ($node.GetType().Name -ne 'CommandAst') { continue }
        $name = $node.GetCommandName()
        if (-not $name) { continue }
        $parameters = @($node.CommandElements | Where-Object { $_.GetType().Name -eq 'CommandParameterAst' } | ForEach-Object { $_.ParameterName })
        $encoding = ''
        for ($i = 0; $i -lt $node.CommandElements.Count; $i++) {
            $element = $node.CommandElements[$i]
            if ($element.GetType().Name -ne 'CommandParameterAst' -or $element.ParameterName -ne 'Encoding') { continue }
            $encoding = if ($element.Argument) { $element.Argument.Extent.Text } else { $node.CommandElements[$i + 1].Extent.Text }
        }
        if ($encoding -match '^.?utf8(no)?bom') { tell $id $node.Extent ('the encoding ' + $encoding) }
        [pscustomobject]@{ id = $id; line = $node.Extent.StartLineNumber; command = $name; parameters = $parameters } | ConvertTo-Json -Compress
    }
    foreach ($node in $tree.FindAll({ $args[0].GetType().Name -eq 'FunctionDefinitionAst' }, $true)) {
        [pscustomobject]@{ id = $id; line = 0; defines = $node.Name } | ConvertTo-Json -Compress
    }
}

foreach ($text in (Get-Content -Raw -Encoding UTF8 $env:WCI_TEXTS | ConvertFrom-Json)) { look $text.id $text.text }

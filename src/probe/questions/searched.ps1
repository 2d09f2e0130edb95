'wci home ' + $HOME
'wci path ' + $env:PATH

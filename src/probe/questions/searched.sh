printf 'wci home %s\nwci path %s\n' "$HOME" "$PATH"

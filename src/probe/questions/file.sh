# What is at $path; where $reads is set, its first mebibyte and one byte more.
if [ -d "$path" ]; then echo 'wci folder'
elif [ -f "$path" ] && [ -n "$reads" ]; then
    if [ -r "$path" ]; then head -c 1048577 <"$path" | wci_coded; else echo 'wci denied'; fi
elif [ -e "$path" ]; then echo 'wci file'
else
    case $(LC_ALL=C ls -d -- "$path" 2>&1) in
    *'ermission denied') echo 'wci denied' ;;
    *) echo 'wci nothing' ;;
    esac
fi

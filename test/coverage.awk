# Of a file's listing by gcov --stdout (awk -F:), one line: how many of its
# lines can run, how many of them did, and which did not.

function note_range()
{
	if (first)
		missed = missed (missed ? ", " : "") (first == last ? first : first "-" last)
	first = 0
}

# other files, such as headers with functions in them, follow
$2 + 0 == 0 && $3 == "Source" { wanted = $4 ~ ("(^|/)" file "$") }
!wanted || $2 + 0 == 0 { next }

# a line without code belongs to neither, and ends no range
$1 ~ /-/ { next }
{ lines++ }
$1 ~ /[#=]/ {
	if (!first)
		first = $2 + 0
	last = $2 + 0
	next
}
{
	ran++
	note_range()
}

END {
	note_range()
	printf "%-20s %6d %6d %7.1f%%  %s\n", file, lines, ran,
		lines ? 100 * ran / lines : 0, missed
}

package secret

// Letters names values so that equal letters mean equal values: "A", "B", …,
// "Z", "AA". A letter says nothing of the value but its equality.
type Letters struct{ seen []Value }

// Of returns the letter of v, giving it the next free one when it is new.
func (l *Letters) Of(v Value) string {
	for i, known := range l.seen {
		if known.Equal(v) {
			return letter(i)
		}
	}
	l.seen = append(l.seen, v)
	return letter(len(l.seen) - 1)
}

func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + letter(i%26)
}

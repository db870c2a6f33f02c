package inflate

// Numbers of RFC 1951, sections 3.2.5 to 3.2.7.
const (
	endOfBlock     = 256
	maxLiterals    = 286
	maxDistances   = 30
	codesOfLengths = 19
)

// orderOfLengths is the order in which the code of the lengths is sent.
var orderOfLengths = [codesOfLengths]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// extended are numbers to which so many bits are added.
type extended struct{ least, bits uint16 }

var (
	lengthsFrom   = lengths()
	distancesFrom = extend(1, 4, 1, 2, maxDistances)
	// repeats are of the length before, of zero, and of zero.
	repeats = [3]extended{{3, 2}, {3, 3}, {11, 7}}
)

// lengths of copies; the last is the longest, alone.
func lengths() []extended {
	all := extend(3, 8, 1, 4, maxLiterals-endOfBlock-1)
	all[len(all)-1] = extended{258, 0}
	return all
}

// extend returns n numbers from least on: the first ones without bits, then bits more for every
// some of them.
func extend(least, without, bits, every uint16, n int) []extended {
	all := make([]extended, 0, n)
	for i := range uint16(n) {
		e := extended{least: least}
		if i >= without {
			e.bits = bits + (i-without)/every
		}
		all = append(all, e)
		least += 1 << e.bits
	}
	return all
}

var fixedLiterals, fixedDistances = fixed()

func fixed() (literals, distances *code) {
	literals, distances = new(code), new(code)
	literals.make([]run{{8, 144}, {9, 112}, {7, 24}, {8, 8}})
	distances.make([]run{{5, 32}})
	return literals, distances
}

// block begins a block.
func (r *Reader) block() error {
	kind, ok := r.take(3)
	if !ok {
		return r.invalid()
	}
	r.last = kind&1 != 0
	r.left = 0
	switch kind >> 1 {
	case 0:
		return r.beginStored()
	case 1:
		r.literals, r.distances = fixedLiterals, fixedDistances
		r.next = (*Reader).symbols
		return nil
	case 2:
		r.literals, r.distances = &r.own[0], &r.own[1]
		r.next = (*Reader).symbols
		return r.codes()
	default:
		return r.invalid()
	}
}

// ended goes on after a block.
func (r *Reader) ended() {
	r.next = (*Reader).block
	if r.last {
		r.next = (*Reader).trailer
	}
}

func (r *Reader) beginStored() error {
	r.drop(r.held % 8)
	n, ok := r.take(32)
	if !ok || n>>16 != ^n&0xffff {
		return r.invalid()
	}
	r.left = int(n & 0xffff)
	r.next = (*Reader).stored
	return nil
}

// stored copies a stored block, of which whole bytes are held.
func (r *Reader) stored() error {
	for r.left > 0 && r.pos < windowBytes {
		n := 1
		if r.held > 0 {
			r.window[r.pos] = byte(r.bits)
			r.drop(8)
		} else {
			if len(r.in) == 0 && !r.more() {
				return r.invalid()
			}
			n = copy(r.window[r.pos:min(r.pos+r.left, windowBytes)], r.in)
			r.in = r.in[n:]
		}
		r.pos += n
		r.left -= n
	}
	if r.left == 0 {
		r.ended()
	}
	return nil
}

// codes reads the codes of a block.
func (r *Reader) codes() error {
	numbers, ok := r.take(14)
	literals, distances := numbers&31+endOfBlock+1, numbers>>5&31+1
	if !ok || literals > maxLiterals || distances > maxDistances {
		return r.invalid()
	}
	ofLengths := [codesOfLengths]run{}
	for i := range ofLengths {
		ofLengths[i].n = 1
	}
	for _, symbol := range orderOfLengths[:numbers>>10+4] {
		length, ok := r.take(3)
		if !ok {
			return r.invalid()
		}
		ofLengths[symbol].length = uint8(length)
	}
	if !r.own[0].make(ofLengths[:]) || !r.lengths(literals, distances) {
		return r.invalid()
	}
	return nil
}

// lengths reads the lengths of both codes, in one sequence, and makes the codes.
func (r *Reader) lengths(literals, distances uint) bool {
	runs, split := r.runs[:0], 0
	for at := uint(0); at < literals+distances; {
		next, ok := r.run(runs)
		if !ok || at+uint(next.n) > literals+distances {
			return false
		}
		if at < literals && at+uint(next.n) > literals { // some are of the distances
			first := uint8(literals - at)
			runs = append(runs, run{next.length, first})
			next.n -= first
			at = literals
			split = len(runs)
		}
		runs = append(runs, next)
		if at += uint(next.n); at == literals {
			split = len(runs)
		}
	}
	return r.own[0].make(runs[:split]) && r.own[1].make(runs[split:])
}

// run reads the next run of lengths.
func (r *Reader) run(before []run) (next run, ok bool) {
	if r.held < maxCodeBits {
		r.refill()
	}
	symbol, used := r.own[0].symbol(r.bits)
	if used == 0 || used > r.held {
		return run{}, false
	}
	r.drop(used)
	if symbol < 16 {
		return run{uint8(symbol), 1}, true
	}
	repeat := repeats[symbol-16]
	more, ok := r.take(uint(repeat.bits))
	next.n = uint8(uint(repeat.least) + more)
	if symbol == 16 {
		if len(before) == 0 {
			return run{}, false
		}
		next.length = before[len(before)-1].length
	}
	return next, ok
}

// symbols reads a block's symbols, each a byte, or how much is copied from how far back.
func (r *Reader) symbols() error {
	for {
		r.copyBack()
		if r.pos == windowBytes {
			return nil
		}
		if r.held < 48 { // a length and a distance, with 5 and 13 bits more
			r.refill()
		}
		symbol, used := r.literals.symbol(r.bits)
		if used == 0 || used > r.held {
			return r.invalid()
		}
		switch {
		case symbol < endOfBlock:
			r.window[r.pos] = byte(symbol)
			r.pos++
			r.drop(used)
		case symbol == endOfBlock:
			r.drop(used)
			r.ended()
			return nil
		case !r.pair(int(symbol-endOfBlock-1), used):
			return r.invalid()
		}
	}
}

// pair reads the rest of a length, of whose symbol so many bits are held, and a distance.
func (r *Reader) pair(symbol int, used uint) bool {
	if symbol >= len(lengthsFrom) {
		return false
	}
	bits := r.bits >> used
	length := lengthsFrom[symbol]
	r.left = int(length.least) + int(bits&(1<<length.bits-1))
	bits >>= length.bits
	far, n := r.distances.symbol(bits)
	if n == 0 || far >= maxDistances {
		return false
	}
	bits >>= n
	distance := distancesFrom[far]
	r.back = int(distance.least) + int(bits&(1<<distance.bits-1))
	used += uint(length.bits) + n + uint(distance.bits)
	if used > r.held || r.back > r.before+r.pos {
		r.left = 0
		return false
	}
	r.drop(used)
	return true
}

// copyBack copies what is left of a copy, as far as there is room. What is copied may be what the
// copy has written: it is twice as much each time.
func (r *Reader) copyBack() {
	for r.left > 0 && r.pos < windowBytes {
		begin, from, end := r.pos, r.pos-r.back, min(r.pos+r.left, windowBytes)
		if from < 0 {
			r.pos += copy(r.window[r.pos:end], r.window[from+windowBytes:])
		} else {
			for r.pos < end {
				r.pos += copy(r.window[r.pos:end], r.window[from:r.pos])
			}
		}
		r.left -= r.pos - begin
	}
}

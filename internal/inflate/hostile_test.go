package inflate

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// bitWriter writes deflate's bits (RFC 1951, section 3.1.1).
type bitWriter struct {
	bytes.Buffer

	held uint64
	n    uint
}

func (w *bitWriter) bits(value uint64, n uint) {
	w.held |= value << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.WriteByte(byte(w.held))
		w.held >>= 8
	}
}

// align writes bits up to the next byte.
func (w *bitWriter) align() { w.bits(0, (8-w.n)%8) }

// huffman writes a Huffman code, which comes the other way round. A symbol without one has none.
func (w *bitWriter) huffman(symbol huffman) {
	if symbol.n > 0 {
		w.bits(bits.Reverse64(symbol.code)>>(64-symbol.n), symbol.n)
	}
}

// stored writes a block that is not compressed.
func (w *bitWriter) stored(content []byte) {
	w.bits(0, 3)
	w.align()
	_ = binary.Write(w, binary.LittleEndian, []uint16{uint16(len(content)), ^uint16(len(content))}) // a buffer never fails
	w.Write(content)
}

// fixed writes an empty block with the codes that need not be sent.
func (w *bitWriter) fixed(last uint64) {
	w.bits(last|1<<1, 3)
	w.bits(0, 7)
}

// dynamic writes a block with codes of these lengths, and so many copies of 258 of the byte before.
func (w *bitWriter) dynamic(literals, distances []uint, copies int) {
	w.bits(2<<1, 3)
	w.bits(uint64(len(literals)-257), 5)
	w.bits(uint64(len(distances)-1), 5)
	runs := repeated(slices.Concat(literals, distances))
	times := make([]int, codesOfLengths)
	for _, r := range runs {
		times[r.symbol]++
	}
	codes := codesOf(balanced(times))
	sent := codesOfLengths
	for sent > 4 && codes[orderOfLengths[sent-1]].n == 0 {
		sent--
	}
	w.bits(uint64(sent-4), 4)
	for _, symbol := range orderOfLengths[:sent] {
		w.bits(uint64(codes[symbol].n), 3)
	}
	for _, r := range runs {
		w.huffman(codes[r.symbol])
		w.bits(r.more, r.bits)
	}
	codes = codesOf(literals)
	for range copies {
		w.huffman(codes[len(codes)-1])
		w.huffman(codesOf(distances)[0])
	}
	w.huffman(codes[endOfBlock])
}

// sentRun is a length, or a repetition, as it is sent.
type sentRun struct {
	symbol int
	more   uint64
	bits   uint
}

// repeated returns the shortest way to send the lengths, more or less.
func repeated(lengths []uint) (runs []sentRun) {
	for i := 0; i < len(lengths); {
		same := 1
		for i+same < len(lengths) && lengths[i+same] == lengths[i] {
			same++
		}
		switch {
		case lengths[i] == 0 && same >= 11:
			same = min(same, 138)
			runs = append(runs, sentRun{18, uint64(same - 11), 7})
		case lengths[i] == 0 && same >= 3:
			runs = append(runs, sentRun{17, uint64(same - 3), 3})
		case i > 0 && lengths[i-1] == lengths[i] && same >= 3:
			same = min(same, 6)
			runs = append(runs, sentRun{16, uint64(same - 3), 2})
		default:
			same = 1
			runs = append(runs, sentRun{symbol: int(lengths[i])})
		}
		i += same
	}
	return runs
}

// balanced returns lengths for the symbols that occur: one bit for what occurs most, if that is
// often, and the same for all others, more or less.
func balanced(times []int) []uint {
	var order []int
	total := 0
	for symbol, n := range times {
		if total += n; n > 0 {
			order = append(order, symbol)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return times[b] - times[a] })
	lengths := make([]uint, len(times))
	above := uint(0)
	if len(order) > 2 && times[order[0]] > total/2 {
		lengths[order[0]] = 1
		order, above = order[1:], 1
	}
	n := uint(bits.Len(uint(len(order) - 1)))
	if n == 0 {
		n = 1 - above
	}
	for i, symbol := range order {
		lengths[symbol] = above + n
		if i < 1<<n-len(order) && n > 1 {
			lengths[symbol]--
		}
	}
	return lengths
}

type huffman struct {
	code uint64
	n    uint
}

// codesOf returns the canonical Huffman codes of the lengths (section 3.2.2).
func codesOf(lengths []uint) []huffman {
	codes, next := make([]huffman, len(lengths)), uint64(0)
	for n := uint(1); n <= maxCodeBits; n++ {
		for symbol, length := range lengths {
			if length == n {
				codes[symbol] = huffman{next, n}
				next++
			}
		}
		next <<= 1
	}
	return codes
}

// of returns n lengths.
func of(length uint, n int) []uint { return slices.Repeat([]uint{length}, n) }

// Lengths of literals' codes.
var (
	// two are those of a code that hardly needs to be sent.
	two = append(append([]uint{1}, of(0, 255)...), 1)
	// flat are about the same for all symbols.
	flat = append(of(8, 226), of(9, 60)...)
	// deep have 137 beginnings of nine bits with more behind them, up to the fifteenth.
	deep = slices.Concat([]uint{4, 5, 7, 8, 9}, of(10, 245), []uint{11, 12, 13, 14, 15, 15, 1}, of(10, 28), []uint{3})
)

// arbitrary returns the lengths of a code with n of so many symbols, of which the end of the block and
// the last are two; with so many runs at most.
func arbitrary(random *rand.Rand, symbols, n, runs int) []uint {
	leaves := of(1, 2)
	for len(leaves) < n {
		i := random.IntN(len(leaves))
		if random.IntN(4) == 0 { // one of the deepest
			i = slices.Index(leaves, slices.Max(leaves))
		}
		if leaves[i] < maxCodeBits {
			leaves[i]++
			leaves = append(leaves, leaves[i])
		}
	}
	slices.Sort(leaves)
	for range runs {
		i, j := random.IntN(n), random.IntN(n)
		leaves[i], leaves[j] = leaves[j], leaves[i]
	}
	lengths := make([]uint, symbols)
	begin := 0
	if symbols > n {
		begin = random.IntN(symbols - n + 1)
	}
	copy(lengths[begin:], leaves)
	for _, needed := range []int{endOfBlock, symbols - 1} {
		if needed < symbols && lengths[needed] == 0 {
			for i, length := range lengths {
				if length > 0 && i != endOfBlock {
					lengths[i], lengths[needed] = 0, length
					break
				}
			}
		}
	}
	return lengths
}

// member is one of gzip whose content that is.
func member(content, deflated []byte) []byte {
	all := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, deflated...)
	all = binary.LittleEndian.AppendUint32(all, crc32.ChecksumIEEE(content))
	return binary.LittleEndian.AppendUint32(all, uint32(len(content)))
}

// shape makes a member of about n bytes.
type shape func(n int) []byte

// blocks is a member with a byte and then one block again and again, each of which has so many
// bytes more.
func blocks(has int, block func(*bitWriter)) shape {
	return func(n int) []byte {
		w, length := &bitWriter{}, 1
		w.stored([]byte("x"))
		for w.Len() < n {
			block(w)
			length += has
		}
		w.fixed(1)
		w.align()
		return member(bytes.Repeat([]byte("x"), length), w.Bytes())
	}
}

// hostile are shapes out of which little comes for what they cost.
var hostile = map[string]shape{
	"stored blocks":           blocks(0, func(w *bitWriter) { w.stored(nil) }),
	"stored blocks of a byte": blocks(1, func(w *bitWriter) { w.stored([]byte("x")) }),
	"fixed blocks":            blocks(0, func(w *bitWriter) { w.fixed(0) }),
	"the shortest codes":      blocks(0, func(w *bitWriter) { w.dynamic(two, []uint{0}, 0) }),
	"codes":                   blocks(0, func(w *bitWriter) { w.dynamic(flat, []uint{1, 1}, 0) }),
	"codes of many bits":      blocks(0, func(w *bitWriter) { w.dynamic(deep, append(of(4, 2), of(5, 28)...), 0) }),
	"codes, and a copy":       blocks(258, func(w *bitWriter) { w.dynamic(deep, []uint{1, 1}, 1) }),
	"codes, and 100 copies":   blocks(25800, func(w *bitWriter) { w.dynamic(deep, []uint{1, 1}, 100) }),
	"members":                 func(n int) []byte { return bytes.Repeat(blocks(0, (*bitWriter).align)(0), 1+n/40) },
}

// arbitraryBlocks is of blocks with codes of any kind.
func arbitraryBlocks(seed uint64) shape {
	random := rand.New(rand.NewPCG(seed, 0))
	symbols := 257 + random.IntN(maxLiterals-256)
	n := 2 + random.IntN(symbols-2)
	if random.IntN(2) == 0 {
		n = symbols
	}
	literals := arbitrary(random, symbols, n, random.IntN(2)*random.IntN(100))
	distances := arbitrary(random, 2+random.IntN(29), 2, 0)
	if random.IntN(2) == 0 {
		distances = arbitrary(random, 30, 30, random.IntN(30))
	}
	return blocks(0, func(w *bitWriter) { w.dynamic(literals, distances, 0) })
}

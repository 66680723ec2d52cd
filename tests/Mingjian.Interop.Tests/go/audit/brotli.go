package main

// So much of Brotli (RFC 7932) as batches need: Go's standard library has none. One block type, no literal contexts, no static dictionary; another
// implementer takes a library, which reads the rest, too.

type bitReader struct {
	data []byte
	at   int // bit
}

func (r *bitReader) bits(n int) int {
	value := 0
	for i := 0; i < n; i++ {
		if r.at>>3 >= len(r.data) {
			panic("the stream ends too soon")
		}
		value |= int(r.data[r.at>>3]>>(r.at&7)&1) << i
		r.at++
	}
	return value
}

func (r *bitReader) align() { r.at = (r.at + 7) &^ 7 }

// prefixCode is canonical: symbols by length, then by number.
type prefixCode struct {
	counts  [16]int
	symbols []int
}

func newPrefixCode(lengths []int) *prefixCode {
	code := &prefixCode{}
	for length := 1; length < 16; length++ {
		for symbol, l := range lengths {
			if l == length {
				code.counts[length]++
				code.symbols = append(code.symbols, symbol)
			}
		}
	}
	if len(code.symbols) == 0 {
		panic("a code without symbols")
	}
	return code
}

func (c *prefixCode) read(r *bitReader) int {
	if len(c.symbols) == 1 {
		return c.symbols[0]
	}
	code, first, index := 0, 0, 0
	for length := 1; length < 16; length++ {
		code |= r.bits(1)
		count := c.counts[length]
		if code-first < count {
			return c.symbols[index+code-first]
		}
		index, first, code = index+count, (first+count)<<1, code<<1
	}
	panic("no such code")
}

var lengthOrder = []int{1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15}

func (r *bitReader) prefixCode(alphabet int) *prefixCode {
	lengths := make([]int, alphabet)
	skip := r.bits(2)
	if skip == 1 {
		return r.simpleCode(alphabet, lengths)
	}
	codeLengths, space := make([]int, 18), 32
	for _, symbol := range lengthOrder[skip:] {
		length := []int{0, 4, 3, 2}[r.bits(2)]
		if length == 2 && r.bits(1) == 1 {
			length = []int{1, 5}[r.bits(1)]
		}
		codeLengths[symbol] = length
		if length != 0 {
			if space -= 32 >> length; space <= 0 {
				break
			}
		}
	}
	code := newPrefixCode(codeLengths)
	space = 32768
	previous, repeated, last := 8, 0, -1
	for at := 0; at < alphabet && space > 0; {
		symbol := code.read(r)
		if symbol < 16 {
			lengths[at] = symbol
			at++
			if last = -1; symbol != 0 {
				previous = symbol
				space -= 32768 >> symbol
			}
			continue
		}
		extra, length := symbol-14, 0
		if symbol == 16 {
			length = previous
		}
		before := repeated
		if symbol != last {
			before, repeated = 0, 0
		}
		if repeated > 0 {
			repeated = (repeated - 2) << extra
		}
		repeated += r.bits(extra) + 3
		last = symbol
		for i := before; i < repeated; i++ {
			lengths[at] = length
			at++
			if length != 0 {
				space -= 32768 >> length
			}
		}
	}
	return newPrefixCode(lengths)
}

func (r *bitReader) simpleCode(alphabet int, lengths []int) *prefixCode {
	width := 0
	for 1<<width < alphabet {
		width++
	}
	count := r.bits(2) + 1
	symbols := make([]int, count)
	for i := range symbols {
		symbols[i] = r.bits(width)
	}
	shape := [][]int{{1}, {1, 1}, {1, 2, 2}, {2, 2, 2, 2}}[count-1]
	if count == 4 && r.bits(1) == 1 {
		shape = []int{1, 2, 3, 3}
	}
	for i, symbol := range symbols {
		lengths[symbol] = shape[i]
	}
	return newPrefixCode(lengths)
}

type lengthCode struct{ extra, base int }

var insertLengths = []lengthCode{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}, {1, 6}, {1, 8}, {2, 10}, {2, 14}, {3, 18}, {3, 26}, {4, 34}, {4, 50}, {5, 66}, {5, 98},
	{6, 130}, {7, 194}, {8, 322}, {9, 578}, {10, 1090}, {12, 2114}, {14, 6210}, {24, 22594}}
var copyLengths = []lengthCode{{0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 6}, {0, 7}, {0, 8}, {0, 9}, {1, 10}, {1, 12}, {2, 14}, {2, 18}, {3, 22}, {3, 30}, {4, 38}, {4, 54},
	{5, 70}, {5, 102}, {6, 134}, {7, 198}, {8, 326}, {9, 582}, {10, 1094}, {24, 2118}}
var insertBase = []int{0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16}
var copyBase = []int{0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16}

// unpack gives exactly length bytes, or why not.
func unpack(data []byte, length int) (out []byte, fault string) {
	defer func() {
		if why := recover(); why != nil {
			fault, _ = why.(string)
			if fault == "" {
				fault = "no Brotli"
			}
		}
	}()
	r := &bitReader{data: data}
	if r.bits(1) == 1 && r.bits(3) == 0 && r.bits(3) == 1 {
		return nil, "a large window"
	}
	ring := []int{4, 11, 15, 16} // newest first
	for isLast := false; !isLast; {
		isLast = r.bits(1) == 1
		if isLast && r.bits(1) == 1 {
			break
		}
		nibbles := r.bits(2) + 4
		if nibbles == 7 {
			return nil, "metadata"
		}
		size := r.bits(4*nibbles) + 1
		if len(out)+size > length {
			return nil, "too long"
		}
		if !isLast && r.bits(1) == 1 {
			r.align()
			for i := 0; i < size; i++ {
				out = append(out, byte(r.bits(8)))
			}
			continue
		}
		out = r.metaBlock(out, size, ring)
	}
	r.align()
	if r.at != 8*len(data) || len(out) != length {
		return nil, "another length"
	}
	return out, ""
}

func (r *bitReader) metaBlock(out []byte, size int, ring []int) []byte {
	if r.bits(1)+r.bits(1)+r.bits(1) != 0 {
		panic("several block types")
	}
	postfix := r.bits(2)
	direct := r.bits(4) << postfix
	r.bits(2) // context mode of the one literal block type
	if r.bits(1)+r.bits(1) != 0 {
		panic("several trees")
	}
	literals := r.prefixCode(256)
	commands := r.prefixCode(704)
	distances := r.prefixCode(16 + direct + 48<<postfix)
	end := len(out) + size
	for len(out) < end {
		command := commands.read(r)
		insert, copied := insertLengths[insertBase[command>>6]+command>>3&7], copyLengths[copyBase[command>>6]+command&7]
		inserts := insert.base + r.bits(insert.extra)
		copies := copied.base + r.bits(copied.extra)
		for ; inserts > 0; inserts-- {
			out = append(out, byte(literals.read(r)))
		}
		if len(out) >= end {
			break
		}
		code := 0
		if command >= 128 {
			code = distances.read(r)
		}
		distance := r.distance(code, direct, postfix, ring)
		if distance < 1 || distance > len(out) {
			panic("the dictionary")
		}
		if code != 0 {
			copy(ring[1:], ring[:3])
			ring[0] = distance
		}
		for ; copies > 0; copies-- {
			out = append(out, out[len(out)-distance])
		}
	}
	if len(out) != end {
		panic("a copy beyond the end")
	}
	return out
}

func (r *bitReader) distance(code, direct, postfix int, ring []int) int {
	switch {
	case code < 4:
		return ring[code]
	case code < 10:
		return ring[0] + []int{-1, 1, -2, 2, -3, 3}[code-4]
	case code < 16:
		return ring[1] + []int{-1, 1, -2, 2, -3, 3}[code-10]
	case code < 16+direct:
		return code - 15
	}
	code -= 16 + direct
	width := 1 + code>>(postfix+1)
	high, low := code>>postfix, code&(1<<postfix-1)
	return ((2+high&1)<<width-4+r.bits(width))<<postfix + low + direct + 1
}

package template

import (
	"net/netip"
	"strconv"
)

// cidr cuts a block into so many of 2^bits addresses: Fn::Cidr [block, count, bits].
func (s *Scope) cidr(argument any) (any, error) {
	list, _ := argument.([]any)
	if len(list) != 2 && len(list) != 3 {
		return nil, Errorf("Template error: every Fn::Cidr object requires two or three parameters, the ipBlock, the count and the cidrBits")
	}
	block, err := s.text(list[0])
	if err != nil {
		return nil, err
	}
	numbers := []int{0, 8}
	for i, item := range list[1:] {
		text, err := s.text(item)
		if err != nil {
			return nil, err
		}
		if numbers[i], err = strconv.Atoi(text); err != nil {
			return nil, Errorf("Template error: Fn::Cidr takes numbers, not %q", text)
		}
	}
	return cut(block, numbers[0], numbers[1])
}

func cut(block string, count, bits int) (any, error) {
	prefix, err := netip.ParsePrefix(block)
	if err != nil {
		return nil, Errorf("Template error: Fn::Cidr takes a CIDR block, not %q", block)
	}
	address := prefix.Masked().Addr()
	length := address.BitLen() - bits
	if count < 1 || count > 256 || bits < 1 || length < prefix.Bits() || length-prefix.Bits() < 8 && count > 1<<(length-prefix.Bits()) {
		return nil, Errorf("Template error: Fn::Cidr cannot cut %d blocks of %d bits out of %s", count, bits, block)
	}
	blocks := make([]any, 0, count)
	for range count {
		blocks = append(blocks, netip.PrefixFrom(address, length).String())
		address = add(address, bits)
	}
	return blocks, nil
}

// add 2^bits to an address.
func add(address netip.Addr, bits int) netip.Addr {
	raw := address.AsSlice()
	carry := 1 << (bits % 8)
	for i := len(raw) - 1 - bits/8; i >= 0 && carry > 0; i-- {
		carry += int(raw[i])
		raw[i] = byte(carry & 0xff)
		carry >>= 8
	}
	next, _ := netip.AddrFromSlice(raw)
	return next
}

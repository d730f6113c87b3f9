// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

// expected-error @below {{(C1) unknown codec 's17'}}
func.func private @f() attributes {a = #nibble.scheme<s17>}

// -----

// expected-error @below {{(C2) 'narrow' is for signed integer codecs, and 'u8' is not one}}
func.func private @f() attributes {a = #nibble.scheme<u8 narrow>}

// -----

// expected-error @below {{(C3) a block size is at least 0, got -1}}
func.func private @f() attributes {a = #nibble.scheme<s8, block = [0, -1]>}

// -----

// expected-error @below {{(C4) a scheme has one or two scale levels, got 3}}
func.func private @f() attributes {a = #nibble.scheme<s8, scale = [f32, f16, f16]>}

// -----

// expected-error @below {{unknown value 'half' of 'zero_point'}}
func.func private @f() attributes {a = #nibble.scheme<s8, zero_point = half>}

// -----

// expected-error @below {{expected block, scale, outer_block, zero_point, rounding, table, order or radix, got 'size'}}
func.func private @f() attributes {a = #nibble.scheme<s8, size = 3>}

// -----

// expected-error @below {{(C4) a scale is f32, f16, bf16, i8 or a float of 8 bits, got 'f64'}}
func.func private @f() attributes {a = #nibble.scheme<s8, scale = [f64]>}

// -----

// expected-error @below {{(C5) a table is for unsigned integer codecs, and 's2' is not one}}
func.func private @f() attributes {a = #nibble.scheme<s2, table = [1.0]>}

// -----

// expected-error @below {{(C5) a table is for unsigned integer codecs, and 'nf4' is not one}}
func.func private @f() attributes {a = #nibble.scheme<nf4, table = [1.0]>}

// -----

// expected-error @below {{(C5) expected a table of 1 to 4 values, got 5}}
func.func private @f() attributes {a = #nibble.scheme<u2, table = [1.0, 2.0, 3.0, 4.0, 5.0]>}

// -----

// expected-error @below {{(C5) expected a table of 1 to 3 values, got 4}}
func.func private @f() attributes {a = #nibble.scheme<u2, radix = 3, table = [1.0, 2.0, 3.0, 4.0]>}

// -----

// expected-error @below {{(C5) the values of a table are finite}}
func.func private @f() attributes {a = #nibble.scheme<u2, table = [0x7F800000]>}

// -----

// expected-error @below {{(C6) an integer zero point is for codes that are integers, and those of this scheme are not}}
func.func private @f() attributes {a = #nibble.scheme<nf4, zero_point = integer>}

// -----

// expected-error @below {{(C7) outer blocks are for two scale levels, got 1}}
func.func private @f() attributes {a = #nibble.scheme<s8, block = [1, 16], outer_block = [1, 256]>}

// -----

// expected-error @below {{(C7) outer blocks of [1, 250] do not consist of whole blocks of [1, 16]}}
func.func private @f() attributes {a = #nibble.scheme<s8, block = [1, 16], scale = [i8, f32], outer_block = [1, 250]>}

// -----

// expected-error @below {{(C8) a radix is from 3 to 15, got 2}}
func.func private @f() attributes {a = #nibble.scheme<u1, radix = 2>}

// -----

// expected-error @below {{(C8) digits of radix 3 are codes of u2, got 'u3'}}
func.func private @f() attributes {a = #nibble.scheme<u3, radix = 3>}

// -----

// expected-error @below {{(C9) an order is for codes of fewer than 8 bits without a radix}}
func.func private @f() attributes {a = #nibble.scheme<u8, order = high_first>}

// -----

// expected-error @below {{(C10) the meaning that @mine declares is for an integer codec that is not narrow and has no table}}
func.func private @f() attributes {a = #nibble.scheme<nf4 @mine>}

// -----

// expected-error @below {{expected the codec of the codes before '@mine', such as 'u4 @mine'}}
func.func private @f() attributes {a = #nibble.scheme<@mine>}

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

// expected-error @below {{expected block, scale, zero_point or rounding, got 'size'}}
func.func private @f() attributes {a = #nibble.scheme<s8, size = 3>}

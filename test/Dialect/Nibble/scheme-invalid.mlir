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

// expected-error @below {{(C5) a table is a list of f32, got dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf16>}}
func.func private @f() attributes {a = #nibble.scheme<u2, table = dense<[1.0, 2.0]> : tensor<2xf16>>}

// -----

// expected-error @below {{(C5) expected a table of 1 to 4 values, got 5}}
func.func private @f() attributes {a = #nibble.scheme<u2, table = dense_resource<levels> : tensor<5xf32>>}

// -----

// What a printer left out is not there.
func.func @f(%q: tensor<1xi8>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.dequantize' op (C5) the resource of the table of #nibble.scheme<u2, table = dense_resource<__elided__> : tensor<3xf32>> has not its values}}
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <u2, table = dense_resource<__elided__> : tensor<3xf32>> : tensor<1xi8> -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x1xf32>, %q: tensor<1x1xi8>, %s: tensor<1x1xf32>, %y: tensor<1x1xf32>) {
  // expected-error @below {{'nibble.contract' op (C5) the values of a table are finite}}
  %r = nibble.contract ins(%x, %q : tensor<1x1xf32>, tensor<1x1xi8>) filter_scales(%s : tensor<1x1xf32>) outs(%y : tensor<1x1xf32>)
         {transposeFilter, packedFilterShape = array<i64: 1, 1>,
          filterScheme = #nibble.scheme<u8, table = dense_resource<infinite> : tensor<1xf32>, block = [1, 0]>} -> tensor<1x1xf32>
  return
}

{-#
  dialect_resources: {
    builtin: {
      infinite: "0x040000000000807F"
    }
  }
#-}

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

// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// Only parts that differ from the default are printed.

// CHECK-LABEL: func.func private @default
// CHECK-SAME: a = #nibble.scheme<s8>
// CHECK-SAME: b = #nibble.scheme<s8>
func.func private @default() attributes {
  a = #nibble.scheme<s8>,
  b = #nibble.scheme<s8, scale = [f32], zero_point = none, rounding = half_to_even>
}

// CHECK-LABEL: func.func private @parts
// CHECK-SAME: all = #nibble.scheme<s8 narrow, block = [1, 32], scale = [f16, f32], zero_point = minimum, rounding = tosa>
// CHECK-SAME: channel = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
// CHECK-SAME: tensor = #nibble.scheme<u8, zero_point = integer>
func.func private @parts() attributes {
  all = #nibble.scheme<s8 narrow, rounding = tosa, zero_point = minimum, scale = [f16, f32], block = [1, 32]>,
  channel = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>,
  tensor = #nibble.scheme<u8, zero_point = integer>
}

// CHECK-LABEL: func.func private @meanings
// CHECK-SAME: a = #nibble.scheme<u3 @logarithmic, block = [1, 64], scale = [f16]>
// CHECK-SAME: b = #nibble.scheme<u2, table = [-1.000000e+00, 0.000000e+00, 1.000000e+00], radix = 3>
// CHECK-SAME: c = #nibble.scheme<f8E4M3FN>
// CHECK-SAME: d = #nibble.scheme<nf4, block = [1, 64], scale = [f8E4M3FN, f32], outer_block = [1, 16384]>
// CHECK-SAME: e = #nibble.scheme<u6, order = high_first>
func.func private @meanings() attributes {
  a = #nibble.scheme<u3 @logarithmic, block = [1, 64], scale = [f16]>,
  b = #nibble.scheme<u2, radix = 3, table = [-1.0, 0.0, 1.0]>,
  c = #nibble.scheme<f8E4M3FN>,
  d = #nibble.scheme<nf4, block = [1, 64], scale = [f8E4M3FN, f32], outer_block = [1, 16384]>,
  e = #nibble.scheme<u6, order = high_first>
}

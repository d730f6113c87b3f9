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

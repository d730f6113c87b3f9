// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// docs/Spec.md, "Filters in rows".

// (S60): the bytes 0x21 0xf3 are the codes 1, 2, 3, -1 of an s4; the bytes 0x8f 0x07 are -1, -8, 7 and one that is not read.
// 1 * 1 + 2 * 2 + 3 * 3 and 1 * -1 + 2 * -8 + 3 * 7, with the zero point 1: 14 - 6 and 4 - 6.
// CHECK: tensor<1x2xi32> {{\[\[}}8, -2]]
func.func @main() -> tensor<1x2xi32> {
  %x = arith.constant dense<[[1, 2, 3]]> : tensor<1x3xi8>
  %w = arith.constant dense<[[0x21, 0xf3], [0x8f, 0x07]]> : tensor<2x2xi8>
  %one = arith.constant 1 : i32
  %init = tensor.empty() : tensor<1x2xi32>
  %r = nibble.contract ins(%x, %w : tensor<1x3xi8>, tensor<2x2xi8>) filter_zero_point(%one) outs(%init : tensor<1x2xi32>)
         {transposeFilter, packedFilterShape = array<i64: 2, 3>, inputScheme = #nibble.scheme<s8>,
          filterScheme = #nibble.scheme<s4, block = [1, 0], zero_point = integer>} -> tensor<1x2xi32>
  return %r : tensor<1x2xi32>
}

// -----

// (S61): each product is rounded. The sums of the blocks are -3 and 3; 3 * 0.1 in f32 is 0.300000012 both times, and not 7.5e-9 less
// as in a fused multiplication and addition.
// CHECK: tensor<1x1xf32> {{\[\[}}0]]
func.func @main() -> tensor<1x1xf32> {
  %x = arith.constant dense<[[1, 1, 1]]> : tensor<1x3xi8>
  %w = arith.constant dense<[[0xef, 0x03]]> : tensor<1x2xi8>
  %s = arith.constant dense<0.1> : tensor<1x2xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %r = nibble.contract ins(%x, %w : tensor<1x3xi8>, tensor<1x2xi8>) filter_scales(%s : tensor<1x2xf32>)
         outs(%init : tensor<1x1xf32>)
         {transposeFilter, packedFilterShape = array<i64: 1, 3>, inputScheme = #nibble.scheme<u8>,
          filterScheme = #nibble.scheme<s4, block = [1, 2]>} -> tensor<1x1xf32>
  return %r : tensor<1x1xf32>
}

// -----

// (S61): zero points of input and blocks; 2-bit codes 0, 1, 2, 3 in the byte 0xe4, the last block of 3 cut off. Bias 10 and
// (5 - 4) * (0 - 1) + (6 - 4) * (1 - 1) + (7 - 4) * (2 - 1) = 2, times 0.5; (3 - 4) * (3 - 2) = -1, times 0.25.
// CHECK: tensor<1x1xf32> {{\[\[}}10.75]]
func.func @main() -> tensor<1x1xf32> {
  %x = arith.constant dense<[[5, 6, 7, 3]]> : tensor<1x4xi8>
  %w = arith.constant dense<0xe4> : tensor<1x1xi8>
  %s = arith.constant dense<[[0.5, 0.25]]> : tensor<1x2xf16>
  %z = arith.constant dense<[[1, 2]]> : tensor<1x2xi32>
  %b = arith.constant dense<10.0> : tensor<1xf32>
  %zx = arith.constant 4 : i32
  %init = tensor.empty() : tensor<1x1xf32>
  %r = nibble.contract ins(%x, %w : tensor<1x4xi8>, tensor<1x1xi8>) bias(%b : tensor<1xf32>) input_zero_point(%zx)
         filter_scales(%s : tensor<1x2xf16>) filter_zero_points(%z : tensor<1x2xi32>) outs(%init : tensor<1x1xf32>)
         {transposeFilter, packedFilterShape = array<i64: 1, 4>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<u2, block = [1, 3], scale = [f16], zero_point = integer>} -> tensor<1x1xf32>
  return %r : tensor<1x1xf32>
}

// -----

// (S62): numbers times dequantized codes: 1.5 * (1 * 0.5) + 2 * (-2 * 0.5) + 4 * (3 * 0.25).
// CHECK: tensor<1x1xf32> {{\[\[}}1.75]]
func.func @main() -> tensor<1x1xf32> {
  %x = arith.constant dense<[[1.5, 2.0, 4.0]]> : tensor<1x3xf32>
  %w = arith.constant dense<[[1, -2, 3]]> : tensor<1x3xi8>
  %s = arith.constant dense<[[0.5, 0.25]]> : tensor<1x2xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %r = nibble.contract ins(%x, %w : tensor<1x3xf32>, tensor<1x3xi8>) filter_scales(%s : tensor<1x2xf32>)
         outs(%init : tensor<1x1xf32>)
         {transposeFilter, packedFilterShape = array<i64: 1, 3>, filterScheme = #nibble.scheme<s8, block = [1, 2]>}
         -> tensor<1x1xf32>
  return %r : tensor<1x1xf32>
}

// -----

// (S60) of a convolution with two groups, a kernel of one by two and padding: row f has the codes of column 0, then of column 1.
// Group 0 has the input 1, 3, group 1 has 2, 4, each with a zero of padding behind; rows are 1, 2 and -1, 3.
// CHECK: tensor<1x1x2x2xi32> {{\[\[\[\[}}7, 10], [3, -4]]]]
func.func @main() -> tensor<1x1x2x2xi32> {
  %x = arith.constant dense<[[[[1, 2], [3, 4]]]]> : tensor<1x1x2x2xi8>
  %w = arith.constant dense<[[0x21], [0x3f]]> : tensor<2x1xi8>
  %init = tensor.empty() : tensor<1x1x2x2xi32>
  %r = nibble.conv ins(%x, %w : tensor<1x1x2x2xi8>, tensor<2x1xi8>) outs(%init : tensor<1x1x2x2xi32>)
         {padding = array<i64: 0, 0, 0, 1>, groups = 2 : i64, packedFilterShape = array<i64: 1, 2, 1, 2>,
          inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4>} -> tensor<1x1x2x2xi32>
  return %r : tensor<1x1x2x2xi32>
}

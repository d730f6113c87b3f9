// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// docs/Spec.md, "conv and contract".

// One filter for all batches, and with its dimensions exchanged.
// CHECK:      tensor<2x1x2xf32> {{\[\[\[}}7, 10]], {{\[\[}}15, 22]]]
// CHECK-NEXT: tensor<2x1x2xf32> {{\[\[\[}}15, 31]], {{\[\[}}21, 45]]]
func.func @main() -> (tensor<2x1x2xf32>, tensor<2x1x2xf32>) {
  %x = arith.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]]]> : tensor<2x1x2xf32>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %bias = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %init = tensor.empty() : tensor<2x1x2xf32>
  %a = nibble.contract ins(%x, %w : tensor<2x1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %b = nibble.contract ins(%x, %w : tensor<2x1x2xf32>, tensor<2x2xf32>) bias(%bias : tensor<2xf32>)
         outs(%init : tensor<2x1x2xf32>) {transposeFilter} -> tensor<2x1x2xf32>
  return %a, %b : tensor<2x1x2xf32>, tensor<2x1x2xf32>
}

// -----

// A filter for each batch; integers with zero points: (5 - 1) * (2 - 1) + (6 - 1) * (0 - 1), then with (3 - 1) and (1 - 1).
// CHECK: tensor<2x1x1xi32> {{\[\[\[}}-1]], {{\[\[}}8]]]
func.func @main() -> tensor<2x1x1xi32> {
  %x = arith.constant dense<[[[5, 6]], [[5, 6]]]> : tensor<2x1x2xi8>
  %w = arith.constant dense<[[[2], [0]], [[3], [1]]]> : tensor<2x2x1xi8>
  %one = arith.constant 1 : i32
  %init = tensor.empty() : tensor<2x1x1xi32>
  %r = nibble.contract ins(%x, %w : tensor<2x1x2xi8>, tensor<2x2x1xi8>) input_zero_point(%one) filter_zero_point(%one)
         outs(%init : tensor<2x1x1xi32>)
         {inputScheme = #nibble.scheme<u8, zero_point = integer>, filterScheme = #nibble.scheme<u8, zero_point = integer>}
         -> tensor<2x1x1xi32>
  return %r : tensor<2x1x1xi32>
}

// -----

// (S12): the largest sums of bytes are exact: 255 * -128 and 255 * 127, 100 times.
// CHECK: tensor<1x2xi32> {{\[\[}}-3264000, 3238500]]
func.func @main() -> tensor<1x2xi32> {
  %x = arith.constant dense<-1> : tensor<1x100xi8>
  %w = tensor.generate {
    ^bb0(%k: index, %n: index):
      %c0 = arith.constant 0 : index
      %isFirst = arith.cmpi eq, %n, %c0 : index
      %min = arith.constant -128 : i8
      %max = arith.constant 127 : i8
      %code = arith.select %isFirst, %min, %max : i8
      tensor.yield %code : i8
  } : tensor<100x2xi8>
  %init = tensor.empty() : tensor<1x2xi32>
  %r = nibble.contract ins(%x, %w : tensor<1x100xi8>, tensor<100x2xi8>) outs(%init : tensor<1x2xi32>)
         {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} -> tensor<1x2xi32>
  return %r : tensor<1x2xi32>
}

// -----

// (S13): f16 operands, summed in f32: 2048 + 1 is exact there. An f16 accumulator is rounded at the end, to even.
// CHECK:      tensor<1x1xf32> {{\[\[}}2049]]
// CHECK-NEXT: tensor<1x1xf16> {{\[\[}}2048]]
func.func @main() -> (tensor<1x1xf32>, tensor<1x1xf16>) {
  %x = arith.constant dense<[[2048.0, 1.0]]> : tensor<1x2xf16>
  %w = arith.constant dense<1.0> : tensor<2x1xf16>
  %init32 = tensor.empty() : tensor<1x1xf32>
  %init16 = tensor.empty() : tensor<1x1xf16>
  %a = nibble.contract ins(%x, %w : tensor<1x2xf16>, tensor<2x1xf16>) outs(%init32 : tensor<1x1xf32>) -> tensor<1x1xf32>
  %b = nibble.contract ins(%x, %w : tensor<1x2xf16>, tensor<2x1xf16>) outs(%init16 : tensor<1x1xf16>) -> tensor<1x1xf16>
  return %a, %b : tensor<1x1xf32>, tensor<1x1xf16>
}

// -----

// (S14) An epilogue operand with sizes of 1: one factor for each row, one term for each batch and channel. The sums are 3 and 7.
// CHECK: tensor<2x2x2xf32> {{\[\[\[}}31, 32], [301, 302]], {{\[\[}}73, 74], [703, 704]]]
func.func @main() -> tensor<2x2x2xf32> {
  %x = arith.constant dense<[[[1.0, 2.0], [1.0, 2.0]], [[3.0, 4.0], [3.0, 4.0]]]> : tensor<2x2x2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %rows = arith.constant dense<[[[10.0], [100.0]]]> : tensor<1x2x1xf32>
  %terms = arith.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]]]> : tensor<2x1x2xf32>
  %init = tensor.empty() : tensor<2x2x2xf32>
  %r = nibble.contract ins(%x, %w : tensor<2x2x2xf32>, tensor<2x2xf32>) with(%rows, %terms : tensor<1x2x1xf32>, tensor<2x1x2xf32>)
         outs(%init : tensor<2x2x2xf32>)
         epilogue {
         ^bb0(%acc: f32, %row: f32, %term: f32):
           %product = arith.mulf %acc, %row : f32
           %y = arith.addf %product, %term : f32
           nibble.yield %y : f32
         } -> tensor<2x2x2xf32>
  return %r : tensor<2x2x2xf32>
}

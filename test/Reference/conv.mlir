// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// docs/Spec.md, "conv and contract". Input NHWC, filter HWCF.

// (S11): padding reads as the input zero point, so that it adds nothing; all bytes are unsigned here. One row of pixels 3, 4, 5
// (less 2: 1, 2, 3) under the taps 10, 20, 30 (less 7: 3, 13, 23): 1*13 + 2*23, 1*3 + 2*13 + 3*23, 2*3 + 3*13.
// CHECK: tensor<1x1x3x1xi32> {{\[\[\[\[}}159], [198], [145]]]]
func.func @main() -> tensor<1x1x3x1xi32> {
  %x = arith.constant dense<[[[[3], [4], [5]]]]> : tensor<1x1x3x1xi8>
  %w = arith.constant dense<[[[[10]], [[20]], [[30]]]]> : tensor<1x3x1x1xi8>
  %bias = arith.constant dense<100> : tensor<1xi32>
  %zx = arith.constant 2 : i32
  %zw = arith.constant 7 : i32
  %init = tensor.empty() : tensor<1x1x3x1xi32>
  %r = nibble.conv ins(%x, %w : tensor<1x1x3x1xi8>, tensor<1x3x1x1xi8>) bias(%bias : tensor<1xi32>) input_zero_point(%zx)
         filter_zero_point(%zw) outs(%init : tensor<1x1x3x1xi32>)
         {padding = array<i64: 0, 0, 1, 1>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<u8, zero_point = integer>} -> tensor<1x1x3x1xi32>
  return %r : tensor<1x1x3x1xi32>
}

// -----

// (S10): signedness comes from the schemes: 200 * -3 and -56 * 253.
// CHECK:      tensor<1x1x1x1xi32> {{\[\[\[\[}}-600]]]]
// CHECK-NEXT: tensor<1x1x1x1xi32> {{\[\[\[\[}}-14168]]]]
func.func @main() -> (tensor<1x1x1x1xi32>, tensor<1x1x1x1xi32>) {
  %x = arith.constant dense<-56> : tensor<1x1x1x1xi8>
  %w = arith.constant dense<-3> : tensor<1x1x1x1xi8>
  %init = tensor.empty() : tensor<1x1x1x1xi32>
  %a = nibble.conv ins(%x, %w : tensor<1x1x1x1xi8>, tensor<1x1x1x1xi8>) outs(%init : tensor<1x1x1x1xi32>)
         {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} -> tensor<1x1x1x1xi32>
  %b = nibble.conv ins(%x, %w : tensor<1x1x1x1xi8>, tensor<1x1x1x1xi8>) outs(%init : tensor<1x1x1x1xi32>)
         {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<u8>} -> tensor<1x1x1x1xi32>
  return %a, %b : tensor<1x1x1x1xi32>, tensor<1x1x1x1xi32>
}

// -----

// Two groups of two channels and one feature each, stride 2 and dilation 2 along the width: pixels 0 and 2, then 2 and 4.
//   feature 0: 1*1 + 1*2 + 1*10 + 11*20 = 233, then 1*1 + 11*2 + 3*10 + 21*20 = 473
//   feature 1: 1*1 + 2*3 + 11*10 + 18*20 = 477, then 11*1 + 18*3 + 21*10 + 34*20 = 955
// CHECK: tensor<1x1x2x2xf32> {{\[\[\[}}[233, 477], [473, 955]]]]
func.func @main() -> tensor<1x1x2x2xf32> {
  %x = arith.constant dense<[[[[1.0, 1.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0], [1.0, 11.0, 11.0, 18.0], [0.0, 0.0, 0.0, 0.0],
                               [3.0, 21.0, 21.0, 34.0]]]]> : tensor<1x1x5x4xf32>
  %w = arith.constant dense<[[[[1.0, 1.0], [2.0, 3.0]], [[10.0, 10.0], [20.0, 20.0]]]]> : tensor<1x2x2x2xf32>
  %init = tensor.empty() : tensor<1x1x2x2xf32>
  %r = nibble.conv ins(%x, %w : tensor<1x1x5x4xf32>, tensor<1x2x2x2xf32>) outs(%init : tensor<1x1x2x2xf32>)
         {strides = array<i64: 1, 2>, dilations = array<i64: 1, 2>, groups = 2 : i64} -> tensor<1x1x2x2xf32>
  return %r : tensor<1x1x2x2xf32>
}

// -----

// Depthwise, padded above and below: each channel has a filter of its own.
// CHECK: tensor<1x2x1x2xf32> {{\[\[\[}}[8, 60]], {{\[\[}}13, 100]]]]
func.func @main() -> tensor<1x2x1x2xf32> {
  %x = arith.constant dense<[[[[1.0, 1.0]], [[2.0, 2.0]]]]> : tensor<1x2x1x2xf32>
  %w = arith.constant dense<[[[[1.0, 20.0]]], [[[6.0, 40.0]]], [[[1.0, 10.0]]]]> : tensor<3x1x1x2xf32>
  %init = tensor.empty() : tensor<1x2x1x2xf32>
  %r = nibble.conv ins(%x, %w : tensor<1x2x1x2xf32>, tensor<3x1x1x2xf32>) outs(%init : tensor<1x2x1x2xf32>)
         {padding = array<i64: 1, 1, 0, 0>, groups = 2 : i64} -> tensor<1x2x1x2xf32>
  return %r : tensor<1x2x1x2xf32>
}

// -----

// (S14): the whole epilogue: a scale for each channel, a residual of the result's shape, an offset for all, and codes with
// saturation. Pixels 1 and 2 under the weights 3 and -5: sums 3, -5 and 6, -10.
//   pixel 0: 3 * 0.5 + 1 + 10 = 12.5 -> 12 (tie to even); -5 * 100 + 2 + 10 -> 0
//   pixel 1: 6 * 0.5 + 300 + 10 -> 255; -10 * 100 + 1000 + 10 = 10
// CHECK: tensor<1x1x2x2xi8> {{\[\[\[}}[12, 0], [-1, 10]]]]
func.func @main() -> tensor<1x1x2x2xi8> {
  %x = arith.constant dense<[[[[1], [2]]]]> : tensor<1x1x2x1xi8>
  %w = arith.constant dense<[[[[3, -5]]]]> : tensor<1x1x1x2xi8>
  %scale = arith.constant dense<[0.5, 100.0]> : tensor<2xf32>
  %residual = arith.constant dense<[[[[1.0, 2.0], [300.0, 1000.0]]]]> : tensor<1x1x2x2xf32>
  %offset = arith.constant dense<10.0> : tensor<f32>
  %init = tensor.empty() : tensor<1x1x2x2xi8>
  %r = nibble.conv ins(%x, %w : tensor<1x1x2x1xi8>, tensor<1x1x1x2xi8>)
         with(%scale, %residual, %offset : tensor<2xf32>, tensor<1x1x2x2xf32>, tensor<f32>) outs(%init : tensor<1x1x2x2xi8>)
         {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>}
         epilogue {
         ^bb0(%acc: i32, %s: f32, %other: f32, %o: f32):
           %lo = arith.constant 0.0 : f32
           %hi = arith.constant 255.0 : f32
           %f = arith.sitofp %acc : i32 to f32
           %scaled = arith.mulf %f, %s : f32
           %sum = arith.addf %scaled, %other : f32
           %shifted = arith.addf %sum, %o : f32
           %above = arith.maximumf %shifted, %lo : f32
           %clamped = arith.minimumf %above, %hi : f32
           %rounded = math.roundeven %clamped : f32
           %code = arith.fptoui %rounded : f32 to i8
           nibble.yield %code : i8
         } -> tensor<1x1x2x2xi8>
  return %r : tensor<1x1x2x2xi8>
}

// -----

// 300 features are more than the lanes of one run of the epilogue: the sum over all of (feature + 1), less 300.
// CHECK: tensor<f32> 44850
func.func @main() -> tensor<f32> {
  %x = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %w = tensor.generate {
    ^bb0(%h: index, %v: index, %c: index, %f: index):
      %i = arith.index_cast %f : index to i32
      %n = arith.sitofp %i : i32 to f32
      tensor.yield %n : f32
  } : tensor<1x1x1x300xf32>
  %one = arith.constant dense<1.0> : tensor<1x1x1x300xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %init = tensor.empty() : tensor<1x1x1x300xf32>
  %r = nibble.conv ins(%x, %w : tensor<1x1x1x1xf32>, tensor<1x1x1x300xf32>) with(%one : tensor<1x1x1x300xf32>)
         outs(%init : tensor<1x1x1x300xf32>)
         epilogue {
         ^bb0(%acc: f32, %a: f32):
           %y = arith.mulf %acc, %a : f32
           nibble.yield %y : f32
         } -> tensor<1x1x1x300xf32>
  %sum = linalg.reduce { arith.addf } ins(%r : tensor<1x1x1x300xf32>) outs(%zero : tensor<f32>) dimensions = [0, 1, 2, 3]
  return %sum : tensor<f32>
}

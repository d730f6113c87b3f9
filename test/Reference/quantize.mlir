// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// docs/Spec.md, "quantize" to "choose_params". Codes print as signed bytes: 255 is -1.

// (S2) (S3): ties go to even; the rest saturates; NaN becomes the code of zero, which is the zero point.
// x / 0.5 + 10: 0.25 -> 0.5 -> 0; 0.75 -> 1.5 -> 2; -0.25 -> -0.5 -> 0; 100 -> 210; 200 -> 255; -200 -> 0.
// CHECK: tensor<10xi8> [10, 12, 10, -46, -1, 0, 10, -1, 0, 10]
func.func @main() -> tensor<10xi8> {
  // …, NaN, infinity, -infinity, the smallest subnormal
  %x = arith.constant dense<[0.25, 0.75, -0.25, 100.0, 200.0, -200.0, 0x7FC00000, 0x7F800000, 0xFF800000, 0x00000001]> : tensor<10xf32>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %zero = arith.constant dense<10> : tensor<i32>
  %q = nibble.quantize %x scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer>
         : tensor<10xf32> -> tensor<10xi8>
  return %q : tensor<10xi8>
}

// -----

// Half away from zero, and a narrow range.
// CHECK:      tensor<4xi8> [1, -1, -128, 3]
// CHECK-NEXT: tensor<4xi8> [0, 0, -127, 2]
func.func @main() -> (tensor<4xi8>, tensor<4xi8>) {
  %x = arith.constant dense<[0.5, -0.5, -200.0, 2.5]> : tensor<4xf32>
  %scale = arith.constant dense<1.0> : tensor<f32>
  %away = nibble.quantize %x scale(%scale : tensor<f32>) as <s8, rounding = half_away_from_zero> : tensor<4xf32> -> tensor<4xi8>
  %narrow = nibble.quantize %x scale(%scale : tensor<f32>) as <s8 narrow> : tensor<4xf32> -> tensor<4xi8>
  return %away, %narrow : tensor<4xi8>, tensor<4xi8>
}

// -----

// (S4): f16 and f64 inputs.
// CHECK:      tensor<2xi8> [2, -4]
// CHECK-NEXT: tensor<2xi8> [2, -4]
func.func @main() -> (tensor<2xi8>, tensor<2xi8>) {
  %half = arith.constant dense<[1.0, -2.0]> : tensor<2xf16>
  %double = arith.constant dense<[1.0, -2.0]> : tensor<2xf64>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %a = nibble.quantize %half scale(%scale : tensor<f32>) as <s8> : tensor<2xf16> -> tensor<2xi8>
  %b = nibble.quantize %double scale(%scale : tensor<f32>) as <s8> : tensor<2xf64> -> tensor<2xi8>
  return %a, %b : tensor<2xi8>, tensor<2xi8>
}

// -----

// One scale for each row, for each column, and for each two columns of a row; 16-bit codes.
// CHECK:      tensor<2x3xi8> {{\[\[}}1, 2, 3], [2, 2, 3]]
// CHECK-NEXT: tensor<2x3xi8> {{\[\[}}1, 1, 1], [4, 2, 2]]
// CHECK-NEXT: tensor<2x3xi8> {{\[\[}}1, 2, 1], [1, 1, 0]]
// CHECK-NEXT: tensor<2x3xi16> {{\[\[}}1000, 2000, 3000], [4000, 5000, 6000]]
func.func @main() -> (tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xi16>) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %rows = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %columns = arith.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
  %pairs = arith.constant dense<[[1.0, 4.0], [5.0, 12.0]]> : tensor<2x2xf32>
  %thousandth = arith.constant dense<0.001> : tensor<f32>
  %a = nibble.quantize %x scale(%rows : tensor<2x1xf32>) as <s8, block = [1, 0]> : tensor<2x3xf32> -> tensor<2x3xi8>
  %b = nibble.quantize %x scale(%columns : tensor<1x3xf32>) as <s8, block = [0, 1]> : tensor<2x3xf32> -> tensor<2x3xi8>
  %c = nibble.quantize %x scale(%pairs : tensor<2x2xf32>) as <s8, block = [1, 2]> : tensor<2x3xf32> -> tensor<2x3xi8>
  %d = nibble.quantize %x scale(%thousandth : tensor<f32>) as <s16> : tensor<2x3xf32> -> tensor<2x3xi16>
  return %a, %b, %c, %d : tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xi16>
}

// -----

// (S5): codes of an unsigned scheme are 0 to 255, whatever the sign of the byte.
// CHECK:      tensor<3xf32> [-64, 63.5, 0]
// CHECK-NEXT: tensor<3xf32> [0, -0.5, -64]
// CHECK-NEXT: tensor<2x2xf32> {{\[\[}}1, -4], [3, -2]]
func.func @main() -> (tensor<3xf32>, tensor<3xf32>, tensor<2x2xf32>) {
  %codes = arith.constant dense<[0, -1, -128]> : tensor<3xi8>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %zero = arith.constant dense<128> : tensor<i32>
  %u = nibble.dequantize %codes scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer>
         : tensor<3xi8> -> tensor<3xf32>
  %s = nibble.dequantize %codes scale(%scale : tensor<f32>) as <s8> : tensor<3xi8> -> tensor<3xf32>
  %matrix = arith.constant dense<[[1, -2], [3, -1]]> : tensor<2x2xi8>
  %columns = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %c = nibble.dequantize %matrix scale(%columns : tensor<1x2xf32>) as <s8, block = [0, 1]> : tensor<2x2xi8> -> tensor<2x2xf32>
  return %u, %s, %c : tensor<3xf32>, tensor<3xf32>, tensor<2x2xf32>
}

// -----

// (S6): (code - 128) * 0.5 + 3: 129 -> 0.5 -> 0, 131 -> 1.5 -> 2, 0 -> -64, 255 -> 63.5 -> 64.
// CHECK: tensor<4xi8> [3, 5, -61, 67]
func.func @main() -> tensor<4xi8> {
  %codes = arith.constant dense<[-127, -125, 0, -1]> : tensor<4xi8>
  %half = arith.constant dense<0.5> : tensor<f32>
  %zi = arith.constant dense<128> : tensor<i32>
  %zr = arith.constant dense<3> : tensor<i32>
  %r = nibble.requantize %codes multiplier(%half : tensor<f32>) input_zero_point(%zi : tensor<i32>)
         result_zero_point(%zr : tensor<i32>) from <u8, zero_point = integer> to <s8, zero_point = integer>
         : tensor<4xi8> -> tensor<4xi8>
  return %r : tensor<4xi8>
}

// -----

// (S70): (code - 10) * 0.1 + 100, once and twice rounded: 15 -> 0.5 -> 0 or 1; 5 -> -0.5 -> 0 or -1; 127 -> 11.7, 14 -> 0.4.
// CHECK: tensor<4xi8> [100, 100, 112, 100]
// CHECK: tensor<4xi8> [101, 99, 112, 100]
// CHECK: tensor<4xi8> [100, 100, 112, 100]
func.func @main() -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>) {
  %codes = arith.constant dense<[15, 5, 127, 14]> : tensor<4xi8>
  %tflite = arith.constant dense<[1717986918, -3]> : tensor<2xi32>
  %tosa = arith.constant dense<[1717986918, 34]> : tensor<2xi32>
  %zi = arith.constant dense<10> : tensor<i32>
  %zr = arith.constant dense<100> : tensor<i32>
  %0 = nibble.requantize %codes multiplier(%tflite : tensor<2xi32>) input_zero_point(%zi : tensor<i32>)
         result_zero_point(%zr : tensor<i32>) from <s8, zero_point = integer>
         to <s8, zero_point = integer, rounding = tflite_single> : tensor<4xi8> -> tensor<4xi8>
  %1 = nibble.requantize %codes multiplier(%tflite : tensor<2xi32>) input_zero_point(%zi : tensor<i32>)
         result_zero_point(%zr : tensor<i32>) from <s8, zero_point = integer>
         to <s8, zero_point = integer, rounding = tflite_double> : tensor<4xi8> -> tensor<4xi8>
  %2 = nibble.requantize %codes multiplier(%tosa : tensor<2xi32>) input_zero_point(%zi : tensor<i32>)
         result_zero_point(%zr : tensor<i32>) from <s8, zero_point = integer>
         to <s8, zero_point = integer, rounding = tosa> : tensor<4xi8> -> tensor<4xi8>
  return %0, %1, %2 : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>
}

// -----

// Such codes are dequantized like others.
// CHECK: tensor<1xf32> [2.5]
func.func @main() -> tensor<1xf32> {
  %code = arith.constant dense<5> : tensor<1xi8>
  %half = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %code scale(%half : tensor<f32>) as <s8, rounding = tosa> : tensor<1xi8> -> tensor<1xf32>
  return %x : tensor<1xf32>
}

// -----

// (S7) (S8) (S9), without zero point: the largest magnitude over 127; 1 for a row of zeros; NaN does not count.
// CHECK: tensor<3x1xf32> {{\[\[}}2], [1], [0.5]]
func.func @main() -> tensor<3x1xf32> {
  %x = arith.constant dense<[[-254.0, 1.0], [0.0, -0.0], [0x7FC00000, 63.5]]> : tensor<3x2xf32>
  %s = nibble.choose_params %x as <s8 narrow, block = [1, 0]> : tensor<3x2xf32> -> tensor<3x1xf32>
  return %s : tensor<3x1xf32>
}

// -----

// (S7), with one: [-1, 1.55] has 255 steps of 0.01; [2, 5.1] is widened to [0, 5.1].
// CHECK:      tensor<2x1xf32> {{\[\[}}0.00999999978], [0.0199999996]]
// CHECK-NEXT: tensor<2x1xi32> {{\[\[}}100], [0]]
func.func @main() -> (tensor<2x1xf32>, tensor<2x1xi32>) {
  %x = arith.constant dense<[[-1.0, 1.55], [2.0, 5.1]]> : tensor<2x2xf32>
  %s, %z = nibble.choose_params %x as <u8, block = [1, 0], zero_point = integer> : tensor<2x2xf32> -> tensor<2x1xf32> zero_point tensor<2x1xi32>
  return %s, %z : tensor<2x1xf32>, tensor<2x1xi32>
}

// -----

// (S8): smaller than any normal scale; what is divided by is 2^-126.
// CHECK: tensor<f32> 1.17549435e-38
func.func @main() -> tensor<f32> {
  %x = arith.constant dense<[1.0e-38]> : tensor<1xf32>
  %s = nibble.choose_params %x as <s8> : tensor<1xf32> -> tensor<f32>
  return %s : tensor<f32>
}

// -----

// CHECK: tensor<2xf32> [1, 2]
func.func @main() -> tensor<2xf32> {
  %x = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = nibble.observe %x "x" : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// The tutorials' tensor: parameters that fit it, and those that do not. 170 prints as -86, 173 as -83.
// CHECK:      tensor<f32> 0.0152941169
// CHECK-NEXT: tensor<i32> 137
// CHECK-NEXT: tensor<3xi8> [0, -86, -1]
// CHECK-NEXT: tensor<3xf32> [-2.095294, 0.504705846, 1.80470574]
// CHECK-NEXT: tensor<3xi8> [0, -83, -1]
// CHECK-NEXT: tensor<3xf32> [-2.0999999, 0.494999975, 1.7249999]
func.func @main() -> (tensor<f32>, tensor<i32>, tensor<3xi8>, tensor<3xf32>, tensor<3xi8>, tensor<3xf32>) {
  %x = arith.constant dense<[-2.1, 0.5, 1.8]> : tensor<3xf32>
  %fit:2 = nibble.choose_params %x as <u8, zero_point = integer> : tensor<3xf32> -> tensor<f32> zero_point tensor<i32>
  %codes = nibble.quantize %x scale(%fit#0 : tensor<f32>) zero_point(%fit#1 : tensor<i32>) as <u8, zero_point = integer>
             : tensor<3xf32> -> tensor<3xi8>
  %values = nibble.dequantize %codes scale(%fit#0 : tensor<f32>) zero_point(%fit#1 : tensor<i32>) as <u8, zero_point = integer>
              : tensor<3xi8> -> tensor<3xf32>
  %scale = arith.constant dense<0.015> : tensor<f32>
  %zero = arith.constant dense<140> : tensor<i32>
  %clipped = nibble.quantize %x scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer>
               : tensor<3xf32> -> tensor<3xi8>
  %lost = nibble.dequantize %clipped scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer>
            : tensor<3xi8> -> tensor<3xf32>
  return %fit#0, %fit#1, %codes, %values, %clipped, %lost : tensor<f32>, tensor<i32>, tensor<3xi8>, tensor<3xf32>, tensor<3xi8>, tensor<3xf32>
}

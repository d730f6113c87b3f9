// RUN: %nibble_interpret --split-input-file %s | FileCheck %s
// RUN: %nibble_opt --split-input-file --pass-pipeline='builtin.module(func.func(nibble-lower-quantize-ops))' %s | FileCheck %s --check-prefix=LOWERED
// RUN: %nibble_opt --split-input-file --pass-pipeline='builtin.module(func.func(nibble-lower-quantize-ops))' %s | %nibble_interpret --split-input-file | FileCheck %s

// Lowered code computes what the reference does, for codes that are no elements.
// LOWERED-NOT: nibble.dequantize

// Codes within bytes, across bytes and as digits, from either end.
// CHECK:      tensor<2x3xf32> {{\[\[}}0.5, 1, 1.5], [2, 2.5, -3]]
// CHECK-NEXT: tensor<2x3xf32> {{\[\[}}0.5, 1, 1.5], [2, 2.5, 3]]
// CHECK-NEXT: tensor<2x3xf32> {{\[\[}}0.5, 1, -1.5], [-2, -1.5, -1.5]]
// CHECK-NEXT: tensor<1x6xf32> {{\[\[}}-0.5, 0, 0.5, 0, -0.5, 0.5]]
// CHECK-NEXT: tensor<1x3xf32> {{\[\[}}1, 6.5, 3.5]]
func.func @main() -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<1x6xf32>, tensor<1x3xf32>) {
  %half = arith.constant dense<0.5> : tensor<f32>
  %nibbles = arith.constant dense<[[33, 3], [84, 10]]> : tensor<2x2xi8>
  %high = arith.constant dense<[[41, -128], [-105, 0]]> : tensor<2x2xi8>
  %low = arith.constant dense<[[81, 1], [108, 1]]> : tensor<2x2xi8>
  %digits = arith.constant dense<[[48, 2]]> : tensor<1x2xi8>
  %five = arith.constant dense<[[-94, 29]]> : tensor<1x2xi8>
  %a = nibble.dequantize %nibbles scale(%half : tensor<f32>) as <s4> : tensor<2x2xi8> -> tensor<2x3xf32>
  %b = nibble.dequantize %high scale(%half : tensor<f32>) as <u3, order = high_first> : tensor<2x2xi8> -> tensor<2x3xf32>
  %c = nibble.dequantize %low scale(%half : tensor<f32>) as <s3> : tensor<2x2xi8> -> tensor<2x3xf32>
  %d = nibble.dequantize %digits scale(%half : tensor<f32>) as <u2, table = [-1.0, 0.0, 1.0], radix = 3> : tensor<1x2xi8> -> tensor<1x6xf32>
  %e = nibble.dequantize %five scale(%half : tensor<f32>) as <u5> : tensor<1x2xi8> -> tensor<1x3xf32>
  return %a, %b, %c, %d, %e : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<1x6xf32>, tensor<1x3xf32>
}

// -----

// Float codecs and tables; scales of other types, of two levels, with zero points and minima.
// CHECK:      tensor<4xf32> [3, -0.25, 3, 0]
// CHECK-NEXT: tensor<4xf32> [6, -1, 224, nan]
// CHECK-NEXT: tensor<4xf32> [0.5, -0.5, 0, 0.0397901498]
// CHECK-NEXT: tensor<2xf32> [0.5, -1]
// CHECK-NEXT: tensor<1x4xf32> {{\[\[}}-4, -3.5, 12, 14]]
// CHECK-NEXT: tensor<1x4xf32> {{\[\[}}4, -32, 0.25, 0]]
// CHECK-NEXT: tensor<1x4xf32> {{\[\[}}-1, 0, 6, 28]]
// CHECK-NEXT: tensor<1x4xf16> {{\[\[}}-1, 0, 0, 22]]
func.func @main() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>,
                      tensor<1x4xf16>) {
  %half = arith.constant dense<0.5> : tensor<f32>
  %f4 = arith.constant dense<[-105, 7]> : tensor<2xi8>
  %f8 = arith.constant dense<[84, -64, 126, 127]> : tensor<4xi8>
  %nf4 = arith.constant dense<[15, -121]> : tensor<2xi8>
  %f16 = arith.constant dense<[15360, -16384]> : tensor<2xi16>
  %f4s = arith.constant dense<[[-31, 1]]> : tensor<1x2xi8>
  %s4 = arith.constant dense<[[-104, 118]]> : tensor<1x2xi8>
  %u4 = arith.constant dense<[[32, -12]]> : tensor<1x2xi8>
  %inner = arith.constant dense<[[2, 8]]> : tensor<1x2xi8>
  %outer = arith.constant dense<[[0.25]]> : tensor<1x1xf16>
  %powers = arith.constant dense<[[130, 126]]> : tensor<1x2xi8>
  %eighths = arith.constant dense<[[0.5, 2.0]]> : tensor<1x2xbf16>
  %minima = arith.constant dense<[[-1.0, -2.0]]> : tensor<1x2xbf16>
  %zeros = arith.constant dense<[[2, 4]]> : tensor<1x2xi32>
  %a = nibble.dequantize %f4 scale(%half : tensor<f32>) as <f4E2M1FN> : tensor<2xi8> -> tensor<4xf32>
  %b = nibble.dequantize %f8 scale(%half : tensor<f32>) as <f8E4M3FN> : tensor<4xi8> -> tensor<4xf32>
  %c = nibble.dequantize %nf4 scale(%half : tensor<f32>) as <nf4> : tensor<2xi8> -> tensor<4xf32>
  %d = nibble.dequantize %f16 scale(%half : tensor<f32>) as <f16> : tensor<2xi16> -> tensor<2xf32>
  %e = nibble.dequantize %s4 scale(%inner, %outer : tensor<1x2xi8>, tensor<1x1xf16>)
         as <s4, block = [1, 2], scale = [i8, f16], outer_block = [1, 0]> : tensor<1x2xi8> -> tensor<1x4xf32>
  %f = nibble.dequantize %f4s scale(%powers : tensor<1x2xi8>) as <f4E2M1FN, block = [1, 2], scale = [f8E8M0FNU]> : tensor<1x2xi8> -> tensor<1x4xf32>
  %g = nibble.dequantize %u4 scale(%eighths : tensor<1x2xbf16>) zero_point(%minima : tensor<1x2xbf16>)
         as <u4, block = [1, 2], scale = [bf16], zero_point = minimum> : tensor<1x2xi8> -> tensor<1x4xf32>
  %h = nibble.dequantize %u4 scale(%eighths : tensor<1x2xbf16>) zero_point(%zeros : tensor<1x2xi32>)
         as <u4, block = [1, 2], scale = [bf16], zero_point = integer> : tensor<1x2xi8> -> tensor<1x4xf16>
  return %a, %b, %c, %d, %e, %f, %g, %h
    : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf16>
}

// -----

// The region of a declared scheme.
// CHECK: tensor<1x5xf32> {{\[\[}}4, 2, 1, 0.5, 2]]
nibble.scheme @logarithmic <u2, block = [4], zero_point = minimum>
  encode {
  ^bb0(%value: f32, %scale: f32, %minimum: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %minimum: f32):
    %real = arith.sitofp %code : i32 to f32
    %product = arith.mulf %real, %scale : f32
    %exponent = arith.addf %product, %minimum : f32
    %value = math.exp2 %exponent : f32
    nibble.yield %value : f32
  }
func.func @main() -> tensor<1x5xf32> {
  %q = arith.constant dense<[[27, 3]]> : tensor<1x2xi8>
  %s = arith.constant dense<[[1.0, 0.333333333]]> : tensor<1x2xf32>
  %m = arith.constant dense<[[-1.0, 0.0]]> : tensor<1x2xf32>
  %y = nibble.dequantize %q scale(%s : tensor<1x2xf32>) zero_point(%m : tensor<1x2xf32>)
         as <u2 @logarithmic, block = [1, 4], zero_point = minimum> : tensor<1x2xi8> -> tensor<1x5xf32>
  return %y : tensor<1x5xf32>
}

// -----

// A filter that no kernel reads as codes is decoded when compiling, and a remark says so.
// RUN: %nibble_opt --split-input-file --pass-pipeline='builtin.module(func.func(nibble-lower-quantize-ops))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null %s 2>&1 | FileCheck %s --check-prefix=REMARK
// REMARK: remark: {{.*}}[Missed] decoded | Category:nibble-lower-quantize-ops |
// REMARK-SAME: Elements=4, Reason="no kernel reads them as #nibble.scheme<s4>", Remark="'fc' has its weights stored as floats"
// CHECK: tensor<1x2xf32> {{\[\[}}1.5, -2]]
// LOWERED: arith.constant dense<{{\[\[}}5.000000e-01, -1.000000e+00], [1.000000e+00, -1.000000e+00]]> : tensor<2x2xf32>
func.func @main() -> tensor<1x2xf32> {
  %x = arith.constant dense<1.0> : tensor<1x2xf32>
  %q = arith.constant dense<[[-31], [-30]]> : tensor<2x1xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %w = nibble.dequantize %q scale(%s : tensor<f32>) as <s4> : tensor<2x1xi8> -> tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %y : tensor<1x2xf32>
}

// RUN: %nibble_interpret %s | FileCheck %s

// Elementwise ops of arith and math on tensors.

func.func @main() -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xi1>,
                      tensor<6xi1>, tensor<6xf32>, tensor<6xi8>, tensor<6xi8>, tensor<4xf16>, tensor<4xbf16>,
                      tensor<2xf32>, tensor<2xf64>, tensor<2xi32>, tensor<3xf16>) {
  // 1.5, -2.5, NaN, infinity, -0.0, 300.0
  %a = arith.constant dense<[1.5, -2.5, 0x7FC00000, 0x7F800000, -0.0, 300.0]> : tensor<6xf32>
  %b = arith.constant dense<[0.5, 2.5, 1.0, 1.0, 0.0, 0x7FC00000]> : tensor<6xf32>

  // CHECK: tensor<6xf32> [2, 0, nan, inf, 0, nan]
  %add = arith.addf %a, %b : tensor<6xf32>
  // A NaN wins, and +0 is above -0.
  // CHECK-NEXT: tensor<6xf32> [1.5, 2.5, nan, inf, 0, nan]
  %maximum = arith.maximumf %a, %b : tensor<6xf32>
  // A number wins over NaN.
  // CHECK-NEXT: tensor<6xf32> [0.5, -2.5, 1, 1, -0, 300]
  %minnum = arith.minnumf %a, %b : tensor<6xf32>
  // Half to even, and half away from zero.
  // CHECK-NEXT: tensor<6xf32> [2, -2, nan, inf, -0, 300]
  %even = math.roundeven %a : tensor<6xf32>
  // CHECK-NEXT: tensor<6xf32> [2, -3, nan, inf, -0, 300]
  %away = math.round %a : tensor<6xf32>
  // CHECK-NEXT: tensor<6xf32> [1, -2, nan, inf, -0, 300]
  %trunc = math.trunc %a : tensor<6xf32>

  // Ordered, then unordered.
  // CHECK-NEXT: tensor<6xi1> [1, 0, 0, 1, 1, 0]
  %oge = arith.cmpf oge, %a, %b : tensor<6xf32>
  // CHECK-NEXT: tensor<6xi1> [1, 0, 1, 1, 1, 1]
  %uge = arith.cmpf uge, %a, %b : tensor<6xf32>
  // CHECK-NEXT: tensor<6xf32> [1.5, 2.5, 1, inf, -0, nan]
  %select = arith.select %oge, %a, %b : tensor<6xi1>, tensor<6xf32>

  // What does not fit saturates, NaN becomes 0.
  // CHECK-NEXT: tensor<6xi8> [1, -2, 0, 127, 0, 127]
  %signed = arith.fptosi %a : tensor<6xf32> to tensor<6xi8>
  // As i8, 255 prints as -1.
  // CHECK-NEXT: tensor<6xi8> [1, 0, 0, -1, 0, -1]
  %unsigned = arith.fptoui %a : tensor<6xf32> to tensor<6xi8>

  // 65504 is the largest f16; 2049 is a tie between 2048 and 2050; 2^-25 is one between 0 and 2^-24.
  // CHECK-NEXT: tensor<4xf16> [inf, 2048, 0, 65504]
  %wide = arith.constant dense<[65520.0, 2049.0, 2.98023224e-08, 65519.0]> : tensor<4xf32>
  %half = arith.truncf %wide : tensor<4xf32> to tensor<4xf16>
  // 257 is a tie between 256 and 258; 259 between 258 and 260.
  // CHECK-NEXT: tensor<4xbf16> [256, 260, 1, -1]
  %wide2 = arith.constant dense<[257.0, 259.0, 1.001, -1.001]> : tensor<4xf32>
  %bfloat = arith.truncf %wide2 : tensor<4xf32> to tensor<4xbf16>

  // exp of f32 is that of Numerics/Functions.h, functions of f64 are rounded once: exp(1), erf(1).
  // CHECK-NEXT: tensor<2xf32> [2.71828175, 1]
  %one = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %exp = math.exp %one : tensor<2xf32>
  // CHECK-NEXT: tensor<2xf64> [0.8427007929497148{{.*}}, 0]
  %one64 = arith.extf %one : tensor<2xf32> to tensor<2xf64>
  %erf = math.erf %one64 : tensor<2xf64>
  // CHECK-NEXT: tensor<2xi32> [1065353216, 0]
  %bits = arith.bitcast %one : tensor<2xf32> to tensor<2xi32>

  // Sums of f16 are rounded to f16: 2048 + 1 is a tie, 0.1 + 0.2 is 1228 / 4096, 65504 + 1 stays below the next step.
  // CHECK-NEXT: tensor<3xf16> [2048, 0.299804688, 65504]
  %x16 = arith.constant dense<[2048.0, 0.1, 65504.0]> : tensor<3xf16>
  %y16 = arith.constant dense<[1.0, 0.2, 1.0]> : tensor<3xf16>
  %sum16 = arith.addf %x16, %y16 : tensor<3xf16>
  return %add, %maximum, %minnum, %even, %away, %trunc, %oge, %uge, %select, %signed, %unsigned, %half, %bfloat, %exp, %erf,
    %bits, %sum16
    : tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xi1>, tensor<6xi1>,
      tensor<6xf32>, tensor<6xi8>, tensor<6xi8>, tensor<4xf16>, tensor<4xbf16>, tensor<2xf32>, tensor<2xf64>, tensor<2xi32>,
      tensor<3xf16>
}

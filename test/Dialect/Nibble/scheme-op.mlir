// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// CHECK: nibble.scheme @ternary <u2, block = [64], scale = [f16], radix = 3> encode {
// CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32):
// CHECK: } decode {
// CHECK-NEXT: ^bb0(%{{.*}}: i32, %{{.*}}: f32):
nibble.scheme @ternary <u2, block = [64], scale = [f16], radix = 3>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %half = arith.constant 0.5 : f32
    %quotient = arith.divf %value, %scale : f32
    %minus_half = arith.negf %half : f32
    %is_high = arith.cmpf ogt, %quotient, %half : f32
    %is_not_low = arith.cmpf oge, %quotient, %minus_half : f32
    %high = arith.extui %is_high : i1 to i32
    %not_low = arith.extui %is_not_low : i1 to i32
    %code = arith.addi %high, %not_low : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %one = arith.constant 1 : i32
    %level = arith.subi %code, %one : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }

// CHECK: nibble.scheme @searched <u4> scale_by squared_error encode
nibble.scheme @searched <u4> scale_by squared_error
  encode {
  ^bb0(%value: f32, %scale: f32):
    %quotient = arith.divf %value, %scale : f32
    %code = arith.fptosi %quotient : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %real = arith.sitofp %code : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }

// CHECK: nibble.scheme @affine <u4, block = [32], scale = [f16], zero_point = integer> choose {
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<32xf32>):
// CHECK: nibble.yield %{{.*}}, %{{.*}} : f32, i32
nibble.scheme @affine <u4, block = [32], scale = [f16], zero_point = integer>
  choose {
  ^bb0(%block: tensor<32xf32>):
    %scale = arith.constant 1.0 : f32
    %zero = arith.constant 8 : i32
    nibble.yield %scale, %zero : f32, i32
  } encode {
  ^bb0(%value: f32, %scale: f32, %zero: i32):
    %quotient = arith.divf %value, %scale : f32
    %rounded = math.roundeven %quotient : f32
    %level = arith.fptosi %rounded : f32 to i32
    %code = arith.addi %level, %zero : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %zero: i32):
    %level = arith.subi %code, %zero : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }

// CHECK-LABEL: @use
func.func @use(%q: tensor<4x26xi8>, %s: tensor<4x2xf16>) -> tensor<4x128xf32> {
  // CHECK: nibble.dequantize %{{.*}} as <u2 @ternary, block = [1, 64], scale = [f16], radix = 3>
  %x = nibble.dequantize %q scale(%s : tensor<4x2xf16>)
         as <u2 @ternary, block = [1, 64], scale = [f16], radix = 3> : tensor<4x26xi8> -> tensor<4x128xf32>
  return %x : tensor<4x128xf32>
}

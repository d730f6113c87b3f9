// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(nibble-resolve-schemes)' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(nibble-resolve-schemes)' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Levels that are no codes become a table.
// CHECK-NOT: nibble.scheme @
// CHECK-LABEL: @table
// CHECK: nibble.dequantize %{{.*}} as <u1, table = [-1.000000e+00, 1.000000e+00]> : tensor<1xi8> -> tensor<8xf32>
nibble.scheme @binary <u1> encode {
^bb0(%value: f32, %scale: f32):
  %zero = arith.constant 0.0 : f32
  %is_positive = arith.cmpf ogt, %value, %zero : f32
  %code = arith.extui %is_positive : i1 to i32
  nibble.yield %code : i32
} decode {
^bb0(%code: i32, %scale: f32):
  %one = arith.constant 1 : i32
  %double = arith.shli %code, %one : i32
  %level = arith.subi %double, %one : i32
  %real = arith.sitofp %level : i32 to f32
  %value = arith.mulf %real, %scale : f32
  nibble.yield %value : f32
}
func.func @table(%q: tensor<1xi8>, %s: tensor<f32>) -> tensor<8xf32> {
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <u1 @binary> : tensor<1xi8> -> tensor<8xf32>
  return %x : tensor<8xf32>
}

// -----

// Codes less one: constant ones become signed integers, others keep their bytes. 0 1 2 1 2 | 2 as digits are 0 + 3 + 18 + 27 + 162 and 2, as
// integers of two bits -1 0 1 0 | 1 1.
// CHECK-NOT: nibble.scheme @
// CHECK-LABEL: @offset
// CHECK: %[[Q:.*]] = arith.constant dense<[19, 5]> : tensor<2xi8>
// CHECK: nibble.dequantize %[[Q]] {{.*}} as <s2, block = [64], scale = [f16]> : tensor<2xi8> -> tensor<6xf32>
// CHECK: nibble.dequantize %{{.*}} as <u2, table = [-1.000000e+00, 0.000000e+00, 1.000000e+00], block = [64], scale = [f16], radix = 3>
nibble.scheme @ternary <u2, block = [64], scale = [f16], radix = 3> scale_by squared_error
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %one = arith.constant 1 : i32
    %level = arith.subi %code, %one : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %scale, %real : f32
    nibble.yield %value : f32
  }
func.func @offset(%other: tensor<2xi8>, %s: tensor<1xf16>) -> (tensor<6xf32>, tensor<6xf32>) {
  %q = arith.constant dense<[-46, 2]> : tensor<2xi8>
  %x = nibble.dequantize %q scale(%s : tensor<1xf16>)
         as <u2 @ternary, block = [64], scale = [f16], radix = 3> : tensor<2xi8> -> tensor<6xf32>
  %y = nibble.dequantize %other scale(%s : tensor<1xf16>)
         as <u2 @ternary, block = [64], scale = [f16], radix = 3> : tensor<2xi8> -> tensor<6xf32>
  return %x, %y : tensor<6xf32>, tensor<6xf32>
}

// -----

// Zero points and minima; a choice, which no one needs any more.
// CHECK-NOT: nibble.scheme @
// CHECK-LABEL: @affine
// CHECK: nibble.dequantize %{{.*}} as <u4, zero_point = integer> : tensor<4xi8> -> tensor<8xf32>
// CHECK: nibble.dequantize %{{.*}} as <u4, zero_point = minimum> : tensor<4xi8> -> tensor<8xf32>
// CHECK: nibble.dequantize %{{.*}} as <s4, scale = [i8, f32]> : tensor<4xi8> -> tensor<8xf32>
nibble.scheme @zero <u4, zero_point = integer>
  choose {
  ^bb0(%block: tensor<?xf32>):
    %one = arith.constant 1.0 : f32
    %eight = arith.constant 8 : i32
    nibble.yield %one, %eight : f32, i32
  } encode {
  ^bb0(%value: f32, %scale: f32, %zero: i32):
    nibble.yield %zero : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %zero: i32):
    %level = arith.subi %code, %zero : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }
nibble.scheme @minimum <u4, zero_point = minimum>
  encode {
  ^bb0(%value: f32, %scale: f32, %minimum: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %minimum: f32):
    %real = arith.sitofp %code : i32 to f32
    %product = arith.mulf %real, %scale : f32
    %value = arith.addf %product, %minimum : f32
    nibble.yield %value : f32
  }
nibble.scheme @levels <s4, scale = [i8, f32]>
  encode {
  ^bb0(%value: f32, %scale: f32, %outer: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %outer: f32):
    %real = arith.sitofp %code : i32 to f32
    %both = arith.mulf %scale, %outer : f32
    %value = arith.mulf %real, %both : f32
    nibble.yield %value : f32
  }
func.func @affine(%q: tensor<4xi8>, %s: tensor<f32>, %m: tensor<f32>, %i: tensor<i8>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %z = arith.constant dense<8> : tensor<i32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u4 @zero, zero_point = integer>
         : tensor<4xi8> -> tensor<8xf32>
  %y = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%m : tensor<f32>) as <u4 @minimum, zero_point = minimum>
         : tensor<4xi8> -> tensor<8xf32>
  %w = nibble.dequantize %q scale(%i, %s : tensor<i8>, tensor<f32>) as <s4 @levels, scale = [i8, f32]> : tensor<4xi8> -> tensor<8xf32>
  return %x, %y, %w : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// -----

// Near misses: twice rounded products, and what is no product at all.
// CHECK: nibble.scheme @twice <u4> encode
// CHECK: nibble.scheme @power <u4> encode
// CHECK-LABEL: @own
// CHECK: nibble.dequantize %{{.*}} as <u4 @twice>
// CHECK: nibble.dequantize %{{.*}} as <u4 @power>
// REMARK: remark: {{.*}} own-meaning | Category:nibble-resolve-schemes | {{.*}}Reason="it is no table of levels times the scale, and no code less a zero point times it", Remark="'@twice' keeps its own 'decode'"
// REMARK: Remark="'@power' keeps its own 'decode'"
nibble.scheme @twice <u4>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %real = arith.sitofp %code : i32 to f32
    %third = arith.constant 0.333333343 : f32
    %part = arith.mulf %scale, %third : f32
    %value = arith.mulf %real, %part : f32
    nibble.yield %value : f32
  }
nibble.scheme @power <u4>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %real = arith.sitofp %code : i32 to f32
    %exponent = arith.mulf %real, %scale : f32
    %value = math.exp2 %exponent : f32
    nibble.yield %value : f32
  }
func.func @own(%q: tensor<4xi8>, %s: tensor<f32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <u4 @twice> : tensor<4xi8> -> tensor<8xf32>
  %y = nibble.dequantize %q scale(%s : tensor<f32>) as <u4 @power> : tensor<4xi8> -> tensor<8xf32>
  return %x, %y : tensor<8xf32>, tensor<8xf32>
}

// RUN: %nibble_opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(nibble-convert-quant-to-nibble)' | FileCheck %s

// CHECK-LABEL: @per_tensor
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<5.000000e-01> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<10> : tensor<i32>
// CHECK: %[[Q:.*]] = nibble.quantize %[[X]] scale(%[[S]] : tensor<f32>) zero_point(%[[Z]] : tensor<i32>) as <u8, zero_point = integer> : tensor<8xf32> -> tensor<8xi8>
// CHECK: nibble.dequantize %[[Q]] scale({{.*}}) zero_point({{.*}}) as <u8, zero_point = integer> : tensor<8xi8> -> tensor<8xf32>
func.func @per_tensor(%x: tensor<8xf32>) -> tensor<8xf32> {
  %q = quant.qcast %x : tensor<8xf32> to tensor<8x!quant.uniform<u8:f32, 0.5:10>>
  %y = quant.dcast %q : tensor<8x!quant.uniform<u8:f32, 0.5:10>> to tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// Signatures, calls and ops that move elements follow; a storage cast is nothing. All zero points are 0: there is none.
!rows = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>
// CHECK-LABEL: func.func private @callee(tensor<2x?xi8>) -> tensor<2x?xi8>
// CHECK-LABEL: @per_axis
// CHECK-SAME: %[[Q:.*]]: tensor<2x?xi8>
// CHECK: %[[R:.*]] = call @callee(%[[Q]]) : (tensor<2x?xi8>) -> tensor<2x?xi8>
// CHECK: %[[T:.*]] = tensor.cast %[[R]] : tensor<2x?xi8> to tensor<2x3xi8>
// CHECK: %[[S:.*]] = arith.constant dense<{{\[\[}}5.000000e-01], [2.500000e-01]]> : tensor<2x1xf32>
// CHECK: nibble.dequantize %[[T]] scale(%[[S]] : tensor<2x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<2x3xi8> -> tensor<2x3xf32>
// CHECK: return %{{.*}}, %[[T]]
func.func private @callee(tensor<2x?x!rows>) -> tensor<2x?x!rows>
func.func @per_axis(%q: tensor<2x?x!rows>) -> (tensor<2x3xf32>, tensor<2x3xi8>) {
  %r = call @callee(%q) : (tensor<2x?x!rows>) -> tensor<2x?x!rows>
  %t = tensor.cast %r : tensor<2x?x!rows> to tensor<2x3x!rows>
  %y = quant.dcast %t : tensor<2x3x!rows> to tensor<2x3xf32>
  %codes = quant.scast %t : tensor<2x3x!rows> to tensor<2x3xi8>
  return %y, %codes : tensor<2x3xf32>, tensor<2x3xi8>
}

// -----

// Blocks; a range of 12 bits in storage of 16; half precision; zero points of unsigned codes.
// CHECK-LABEL: @sub_channel
// CHECK-DAG: %[[S:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 3.000000e+00, 3.500000e+00], [4.000000e+00, 5.000000e+00, 5.500000e+00]]> : tensor<2x3xf32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<{{\[\[}}10, 20, 30], [40, 50, 200]]> : tensor<2x3xi32>
// CHECK: nibble.quantize %{{.*}} scale(%[[S]] : tensor<2x3xf32>) zero_point(%[[Z]] : tensor<2x3xi32>) as <u8, block = [1, 2], zero_point = integer> : tensor<2x6xf32> -> tensor<2x6xi8>
// CHECK: nibble.quantize %{{.*}} as <s12> : tensor<2x6xf16> -> tensor<2x6xi16>
func.func @sub_channel(%x: tensor<2x6xf32>, %h: tensor<2x6xf16>) -> (tensor<2x6xi8>, tensor<2x6xi16>) {
  %q = quant.qcast %x : tensor<2x6xf32> to tensor<2x6x!quant.uniform<u8:f32:{0:1, 1:2}, {{2.0:10, 3.0:20, 3.5:30}, {4.0:40, 5.0:50, 5.5:200}}>>
  %r = quant.qcast %h : tensor<2x6xf16> to tensor<2x6x!quant.uniform<i16<-2048:2047>:f16, 0.5>>
  %a = quant.scast %q : tensor<2x6x!quant.uniform<u8:f32:{0:1, 1:2}, {{2.0:10, 3.0:20, 3.5:30}, {4.0:40, 5.0:50, 5.5:200}}>> to tensor<2x6xi8>
  %b = quant.scast %r : tensor<2x6x!quant.uniform<i16<-2048:2047>:f16, 0.5>> to tensor<2x6xi16>
  return %a, %b : tensor<2x6xi8>, tensor<2x6xi16>
}

// -----

// Codes of 4 bits: two in a byte, each row begins at one.
// CHECK-LABEL: @packed
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}33, 3], [-113, 7]]> : tensor<2x2xi8>
// CHECK-DAG: nibble.quantize %[[X]] scale({{.*}}) as <s4> : tensor<2x3xf32> -> tensor<2x2xi8>
// CHECK-DAG: nibble.dequantize %[[W]] scale({{.*}}) as <s4> : tensor<2x2xi8> -> tensor<2x3xf32>
func.func @packed(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %q = quant.qcast %x : tensor<2x3xf32> to tensor<2x3x!quant.uniform<i4:f32, 0.5>>
  %y = quant.dcast %q : tensor<2x3x!quant.uniform<i4:f32, 0.5>> to tensor<2x3xf32>
  %codes = arith.constant dense<[[1, 2, 3], [-1, -8, 7]]> : tensor<2x3xi4>
  %w = quant.scast %codes : tensor<2x3xi4> to tensor<2x3x!quant.uniform<i4:f32, 0.5>>
  %z = quant.dcast %w : tensor<2x3x!quant.uniform<i4:f32, 0.5>> to tensor<2x3xf32>
  return %y, %z : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// All problems at once.
// expected-error @below {{'func.func' op expected a uniform type with dimensions that the tensor has, got 'tensor<2x!quant.uniform<i8:f32:1, {1.000000e+00,2.000000e+00}>>'}}
func.func @problems(%axis: tensor<2x!quant.uniform<i8:f32:1, {1.0, 2.0}>>, %x: tensor<?x2xf32>, %d: tensor<2xf64>, %s: f32, %u: tensor<*xf32>, %unknown: tensor<?xf32>, %f: tensor<2xf32>) {
  // expected-error @below {{'quant.qcast' op codes of 12 bits are not supported; expected up to 8, or 16, got '!quant.uniform<i12:f32, 1.000000e+00>'}}
  %0 = quant.qcast %x : tensor<?x2xf32> to tensor<?x2x!quant.uniform<i12:f32, 1.0>>
  // expected-error @below {{'quant.qcast' op expected a known number of packed codes in each row, got 'tensor<?x!quant.uniform<i4:f32, 1.000000e+00>>'}}
  %row = quant.qcast %unknown : tensor<?xf32> to tensor<?x!quant.uniform<i4:f32, 1.0>>
  %nibbles = quant.qcast %f : tensor<2xf32> to tensor<2x!quant.uniform<i4:f32, 1.0>>
  // expected-error @below {{'quant.scast' op has no form on stored codes; expected ops of quant, func and tensor on quantized types, and constants for storage casts of packed codes}}
  %bits = quant.scast %nibbles : tensor<2x!quant.uniform<i4:f32, 1.0>> to tensor<2xi4>
  // expected-error @below {{'quant.qcast' op expected a type that expresses f32, f16 or bf16, got '!quant.uniform<i8:f64, 1.000000e+00>'}}
  %1 = quant.qcast %d : tensor<2xf64> to tensor<2x!quant.uniform<i8:f64, 1.0>>
  // expected-error @below {{'quant.qcast' op no codec has the codes from -8 to 7 in 8 bits; got '!quant.uniform<i8<-8:7>:f32, 1.000000e+00>'}}
  %2 = quant.qcast %x : tensor<?x2xf32> to tensor<?x2x!quant.uniform<i8<-8:7>:f32, 1.0>>
  // expected-error @below {{'quant.qcast' op expected ranked tensors of quantized numbers, got '!quant.uniform<i8:f32, 1.000000e+00>'}}
  %3 = quant.qcast %s : f32 to !quant.uniform<i8:f32, 1.0>
  // expected-error @below {{'quant.qcast' op expected ranked tensors of quantized numbers, got 'tensor<*x!quant.uniform<i8:f32, 1.000000e+00>>'}}
  %4 = quant.qcast %u : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32, 1.0>>
  // expected-error @below {{'quant.qcast' op expected a known size of dimension 0, which has several scales, got 'tensor<?x2x!quant.uniform<i8:f32:0, {1.000000e+00,2.000000e+00}>>'}}
  %5 = quant.qcast %x : tensor<?x2xf32> to tensor<?x2x!quant.uniform<i8:f32:0, {1.0, 2.0}>>
  %empty = tensor.empty() : tensor<2xi8>
  %6 = quant.scast %empty : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 1.0>>
  // expected-error @below {{'tosa.reverse' op has no form on stored codes; expected ops of quant, func and tensor on quantized types, and constants for storage casts of packed codes}}
  %7 = tosa.reverse %6 {axis = 0 : i32} : (tensor<2x!quant.uniform<i8:f32, 1.0>>) -> tensor<2x!quant.uniform<i8:f32, 1.0>>
  // expected-error @below {{'tensor.empty' op expected 3 scales, got 'tensor<3x!quant.uniform<i8:f32:0, {1.000000e+00,2.000000e+00}>>'}}
  %8 = tensor.empty() : tensor<3x!quant.uniform<i8:f32:0, {1.0, 2.0}>>
  return
}

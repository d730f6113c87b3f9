// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// CHECK-LABEL: @per_tensor
func.func @per_tensor(%x: tensor<1x8xf32>, %s: tensor<f32>, %z: tensor<i32>) -> tensor<1x8xf32> {
  // CHECK: %[[Q:.*]] = nibble.quantize %{{.*}} scale(%{{.*}} : tensor<f32>) zero_point(%{{.*}} : tensor<i32>)
  // CHECK-SAME: as <u8, zero_point = integer> : tensor<1x8xf32> -> tensor<1x8xi8>
  %q = nibble.quantize %x scale(%s : tensor<f32>) zero_point(%z : tensor<i32>)
         as <u8, zero_point = integer> : tensor<1x8xf32> -> tensor<1x8xi8>
  // CHECK: nibble.dequantize %[[Q]] scale(%{{.*}} : tensor<f32>) zero_point(%{{.*}} : tensor<i32>)
  %y = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>)
         as <u8, zero_point = integer> : tensor<1x8xi8> -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}

// CHECK-LABEL: @per_channel
func.func @per_channel(%w: tensor<3x3x4x16xi8>, %s: tensor<1x1x1x16xf32>) -> tensor<3x3x4x16xf32> {
  // CHECK: nibble.dequantize %{{.*}} scale(%{{.*}} : tensor<1x1x1x16xf32>) as <s8 narrow, block = [0, 0, 0, 1]>
  %f = nibble.dequantize %w scale(%s : tensor<1x1x1x16xf32>)
         as <s8 narrow, block = [0, 0, 0, 1]> : tensor<3x3x4x16xi8> -> tensor<3x3x4x16xf32>
  return %f : tensor<3x3x4x16xf32>
}

// The last group of a dimension that is no multiple of the block size is shorter.
// CHECK-LABEL: @groups
func.func @groups(%x: tensor<4x70xf32>, %s: tensor<4x3xf32>) -> tensor<4x70xi8> {
  // CHECK: nibble.quantize
  %q = nibble.quantize %x scale(%s : tensor<4x3xf32>)
         as <s8, block = [1, 32]> : tensor<4x70xf32> -> tensor<4x70xi8>
  return %q : tensor<4x70xi8>
}

// CHECK-LABEL: @requantize
func.func @requantize(%q: tensor<?x8xi8>, %m: tensor<f32>, %z: tensor<i32>) -> tensor<?x8xi8> {
  // CHECK: nibble.requantize %{{.*}} multiplier(%{{.*}} : tensor<f32>) input_zero_point(%{{.*}} : tensor<i32>)
  // CHECK-SAME: from <u8, zero_point = integer> to <s8> : tensor<?x8xi8> -> tensor<?x8xi8>
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) input_zero_point(%z : tensor<i32>)
         from <u8, zero_point = integer> to <s8> : tensor<?x8xi8> -> tensor<?x8xi8>
  return %r : tensor<?x8xi8>
}

// CHECK-LABEL: @choose_params
func.func @choose_params(%x: tensor<4x64xf32>) -> (tensor<4x1xf32>, tensor<4x1xi32>) {
  // CHECK: nibble.choose_params %{{.*}} as <u8, block = [1, 0], zero_point = integer>
  // CHECK-SAME: : tensor<4x64xf32> -> tensor<4x1xf32> zero_point tensor<4x1xi32>
  %s, %z = nibble.choose_params %x as <u8, block = [1, 0], zero_point = integer>
             : tensor<4x64xf32> -> tensor<4x1xf32> zero_point tensor<4x1xi32>
  return %s, %z : tensor<4x1xf32>, tensor<4x1xi32>
}

// Each row of codes begins at a byte: 70 codes of 3 bits are 27 bytes.
// CHECK-LABEL: @packed
func.func @packed(%x: tensor<4x70xf32>, %s: tensor<4x3xf16>, %m: tensor<4x3xf16>) -> tensor<4x27xi8> {
  // CHECK: nibble.quantize %{{.*}} scale(%{{.*}} : tensor<4x3xf16>) zero_point(%{{.*}} : tensor<4x3xf16>)
  // CHECK-SAME: as <u3, block = [1, 32], scale = [f16], zero_point = minimum> : tensor<4x70xf32> -> tensor<4x27xi8>
  %q = nibble.quantize %x scale(%s : tensor<4x3xf16>) zero_point(%m : tensor<4x3xf16>)
         as <u3, block = [1, 32], scale = [f16], zero_point = minimum> : tensor<4x70xf32> -> tensor<4x27xi8>
  return %q : tensor<4x27xi8>
}

// Five ternary digits share a byte.
// CHECK-LABEL: @digits
func.func @digits(%q: tensor<4x14xi8>, %s: tensor<4x2xbf16>) -> tensor<4x70xf32> {
  // CHECK: nibble.dequantize %{{.*}} scale(%{{.*}} : tensor<4x2xbf16>)
  // CHECK-SAME: as <u2, table = [-1.000000e+00, 0.000000e+00, 1.000000e+00], block = [1, 64], scale = [bf16], radix = 3>
  %x = nibble.dequantize %q scale(%s : tensor<4x2xbf16>)
         as <u2, table = [-1.0, 0.0, 1.0], block = [1, 64], scale = [bf16], radix = 3> : tensor<4x14xi8> -> tensor<4x70xf32>
  return %x : tensor<4x70xf32>
}

// Scales of 8 bits are stored in i8, whatever they are.
// CHECK-LABEL: @two_levels
func.func @two_levels(%x: tensor<4x512xf32>) -> (tensor<4x32xi8>, tensor<4x2xf32>) {
  // CHECK: nibble.choose_params %{{.*}} as <f4E2M1FN, block = [1, 16], scale = [f8E4M3FN, f32], outer_block = [1, 256]>
  // CHECK-SAME: : tensor<4x512xf32> -> tensor<4x32xi8>, tensor<4x2xf32>
  %s:2 = nibble.choose_params %x as <f4E2M1FN, block = [1, 16], scale = [f8E4M3FN, f32], outer_block = [1, 256]>
           : tensor<4x512xf32> -> tensor<4x32xi8>, tensor<4x2xf32>
  // CHECK: nibble.quantize %{{.*}} scale(%{{.*}}, %{{.*}} : tensor<4x32xi8>, tensor<4x2xf32>)
  %q = nibble.quantize %x scale(%s#0, %s#1 : tensor<4x32xi8>, tensor<4x2xf32>)
         as <f4E2M1FN, block = [1, 16], scale = [f8E4M3FN, f32], outer_block = [1, 256]>
         : tensor<4x512xf32> -> tensor<4x256xi8>
  return %s#0, %s#1 : tensor<4x32xi8>, tensor<4x2xf32>
}

// CHECK-LABEL: @observe
func.func @observe(%x: tensor<1x8xf32>, %b: memref<1x8xf32>) -> tensor<1x8xf32> {
  // CHECK: nibble.observe %{{.*}} "conv1" : tensor<1x8xf32> -> tensor<1x8xf32>
  %y = nibble.observe %x "conv1" : tensor<1x8xf32> -> tensor<1x8xf32>
  // CHECK: nibble.observe %{{.*}} "conv1" : memref<1x8xf32>
  nibble.observe %b "conv1" : memref<1x8xf32>
  // CHECK: nibble.observe %{{.*}} "conv1" patches [#nibble.patches<kernel = [1, 1], {{.*}}>] : memref<1x8xf32>
  nibble.observe %b "conv1" patches [#nibble.patches<kernel = [1, 1], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1>]
    : memref<1x8xf32>
  return %y : tensor<1x8xf32>
}

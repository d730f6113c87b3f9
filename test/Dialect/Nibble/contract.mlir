// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// CHECK-LABEL: @conv
func.func @conv(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32> {
  // CHECK: nibble.conv ins(%{{.*}}, %{{.*}} : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>)
  // CHECK-SAME: outs(%{{.*}} : tensor<1x8x8x16xf32>) {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
         {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
  return %r : tensor<1x8x8x16xf32>
}

// CHECK-LABEL: @quantized_conv
func.func @quantized_conv(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>, %b: tensor<16xi32>, %z: i32,
                          %m: tensor<16xf32>, %residual: tensor<1x4x4x16xf32>, %init: tensor<1x4x4x16xf32>)
    -> tensor<1x4x4x16xf32> {
  // CHECK: nibble.conv
  // CHECK-SAME: bias(%{{.*}} : tensor<16xi32>) input_zero_point(%{{[a-z0-9]+}})
  // CHECK-SAME: with(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : tensor<16xf32>, tensor<1x4x4x16xf32>)
  // CHECK-SAME: filterScheme = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
  // CHECK-SAME: inputScheme = #nibble.scheme<u8, zero_point = integer>
  // CHECK-SAME: epilogue {
  // CHECK-NEXT: ^bb0(%{{.*}}: i32, %{{.*}}: f32, %{{.*}}: f32):
  // CHECK: nibble.yield %{{.*}} : f32
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) bias(%b : tensor<16xi32>)
         input_zero_point(%z) with(%m, %residual : tensor<16xf32>, tensor<1x4x4x16xf32>) outs(%init : tensor<1x4x4x16xf32>)
         {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>,
          inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>}
         epilogue {
         ^bb0(%acc: i32, %scale: f32, %other: f32):
           %f = arith.sitofp %acc : i32 to f32
           %y = arith.mulf %f, %scale : f32
           %sum = arith.addf %y, %other : f32
           nibble.yield %sum : f32
         } -> tensor<1x4x4x16xf32>
  return %r : tensor<1x4x4x16xf32>
}

// Depthwise, on buffers, with a filter in a target's order.
// CHECK-LABEL: @packed_depthwise
func.func @packed_depthwise(%x: memref<1x10x10x32xi8>, %w: memref<288xi8>, %init: memref<1x8x8x32xi32>) {
  // CHECK: nibble.conv
  // CHECK-SAME: groups = 32 : i64, packedFilterShape = array<i64: 3, 3, 1, 32>
  nibble.conv ins(%x, %w : memref<1x10x10x32xi8>, memref<288xi8>) outs(%init : memref<1x8x8x32xi32>)
    {groups = 32 : i64, packedFilterShape = array<i64: 3, 3, 1, 32>}
  return
}

// CHECK-LABEL: @contract
func.func @contract(%x: tensor<2x8x64xf32>, %w: tensor<10x64xf32>, %init: tensor<2x8x10xf32>) -> tensor<2x8x10xf32> {
  // CHECK: nibble.contract
  // CHECK-SAME: {transposeFilter} -> tensor<2x8x10xf32>
  %r = nibble.contract ins(%x, %w : tensor<2x8x64xf32>, tensor<10x64xf32>) outs(%init : tensor<2x8x10xf32>)
         {transposeFilter} -> tensor<2x8x10xf32>
  return %r : tensor<2x8x10xf32>
}

// CHECK-LABEL: @batched_contract
func.func @batched_contract(%x: tensor<2x8x64xf32>, %w: tensor<2x64x10xf32>, %init: tensor<2x8x10xf32>)
    -> tensor<2x8x10xf32> {
  // CHECK: nibble.contract
  %r = nibble.contract ins(%x, %w : tensor<2x8x64xf32>, tensor<2x64x10xf32>) outs(%init : tensor<2x8x10xf32>)
         -> tensor<2x8x10xf32>
  return %r : tensor<2x8x10xf32>
}

// Rows of 4-bit codes, with a scale and a zero point for each group of 32.
// CHECK-LABEL: @scaled_contract
func.func @scaled_contract(%x: tensor<2x64xi8>, %w: tensor<10x32xi8>, %s: tensor<10x2xf16>, %z: tensor<10x2xi32>,
                           %init: tensor<2x10xf32>) -> tensor<2x10xf32> {
  // CHECK: nibble.contract ins(%{{.*}}, %{{.*}} : tensor<2x64xi8>, tensor<10x32xi8>)
  // CHECK-SAME: filter_scales(%{{[a-z0-9]+}} : tensor<10x2xf16>) filter_zero_points(%{{[a-z0-9]+}} : tensor<10x2xi32>) outs
  // CHECK-SAME: packedFilterShape = array<i64: 10, 64>
  %r = nibble.contract ins(%x, %w : tensor<2x64xi8>, tensor<10x32xi8>) filter_scales(%s : tensor<10x2xf16>)
         filter_zero_points(%z : tensor<10x2xi32>) outs(%init : tensor<2x10xf32>)
         {transposeFilter, packedFilterShape = array<i64: 10, 64>, inputScheme = #nibble.scheme<s8>,
          filterScheme = #nibble.scheme<u4, block = [1, 32], scale = [f16], zero_point = integer>} -> tensor<2x10xf32>
  return %r : tensor<2x10xf32>
}

// The codes of a row are those of kernel row, kernel column and channel.
// CHECK-LABEL: @scaled_conv
func.func @scaled_conv(%x: tensor<1x5x5x8xf32>, %w: tensor<6x27xi8>, %s: tensor<6x1xf32>, %init: tensor<1x3x3x6xf32>)
    -> tensor<1x3x3x6xf32> {
  // CHECK: nibble.conv
  // CHECK-SAME: filter_scales(%{{[a-z0-9]+}} : tensor<6x1xf32>) outs
  %r = nibble.conv ins(%x, %w : tensor<1x5x5x8xf32>, tensor<6x27xi8>) filter_scales(%s : tensor<6x1xf32>)
         outs(%init : tensor<1x3x3x6xf32>)
         {packedFilterShape = array<i64: 3, 3, 8, 6>, filterScheme = #nibble.scheme<s3, block = [1, 0]>} -> tensor<1x3x3x6xf32>
  return %r : tensor<1x3x3x6xf32>
}

// A filter in rows whose scales are in the epilogue.
// CHECK-LABEL: @rows
func.func @rows(%x: memref<2x7xi8>, %w: memref<10x4xi8>, %init: memref<2x10xi32>) {
  // CHECK: nibble.contract ins(%{{.*}}, %{{.*}} : memref<2x7xi8>, memref<10x4xi8>) outs
  nibble.contract ins(%x, %w : memref<2x7xi8>, memref<10x4xi8>) outs(%init : memref<2x10xi32>)
    {transposeFilter, packedFilterShape = array<i64: 10, 7>, inputScheme = #nibble.scheme<s8>,
     filterScheme = #nibble.scheme<s4, block = [1, 0]>}
  return
}

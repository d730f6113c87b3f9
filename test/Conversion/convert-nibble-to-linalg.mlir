// RUN: %nibble_opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(nibble-convert-nibble-to-linalg))' | FileCheck %s

// CHECK-DAG: #[[INPUT:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[FILTER:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[SUM:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[CHANNEL:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @contract
// CHECK-SAME: %[[X:.*]]: tensor<3x5xi8>, %[[W:.*]]: tensor<5x2xi8>, %[[Z:.*]]: i32, %[[M:.*]]: tensor<2xf32>, %[[INIT:.*]]: tensor<3x2xf32>
// CHECK: %[[START:.*]] = linalg.fill ins(%{{.*}} : i32)
// CHECK: %[[PRODUCTS:.*]] = linalg.generic {indexing_maps = [#[[INPUT]], #[[FILTER]], #[[SUM]]], iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK-SAME: ins(%[[X]], %[[W]] : tensor<3x5xi8>, tensor<5x2xi8>) outs(%[[START]] : tensor<3x2xi32>)
// CHECK: ^bb0(%[[CODE:.*]]: i8, %[[WEIGHT:.*]]: i8, %[[ACC:.*]]: i32):
// CHECK: %[[A:.*]] = arith.extui %[[CODE]] : i8 to i32
// CHECK: %[[B:.*]] = arith.subi %[[A]], %[[Z]]
// CHECK: %[[C:.*]] = arith.extsi %[[WEIGHT]] : i8 to i32
// CHECK: %[[D:.*]] = arith.muli %[[B]], %[[C]]
// CHECK: %[[E:.*]] = arith.addi %[[ACC]], %[[D]]
// CHECK: linalg.yield %[[E]]
// CHECK: %[[Y:.*]] = linalg.generic {indexing_maps = [#[[SUM2:.*]], #[[CHANNEL]], #[[SUM2]]], iterator_types = ["parallel", "parallel"]}
// CHECK-SAME: ins(%[[PRODUCTS]], %[[M]] : tensor<3x2xi32>, tensor<2xf32>) outs(%[[INIT]] : tensor<3x2xf32>)
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: return %[[Y]]
func.func @contract(%x: tensor<3x5xi8>, %w: tensor<5x2xi8>, %z: i32, %m: tensor<2xf32>, %init: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %y = nibble.contract ins(%x, %w : tensor<3x5xi8>, tensor<5x2xi8>) input_zero_point(%z) with(%m : tensor<2xf32>)
         outs(%init : tensor<3x2xf32>)
         {inputScheme = #nibble.scheme<u8, zero_point = integer>, filterScheme = #nibble.scheme<s8 narrow, block = [0, 1]>}
         epilogue {
         ^bb0(%acc: i32, %multiplier: f32):
           %f = arith.sitofp %acc : i32 to f32
           %scaled = arith.mulf %f, %multiplier : f32
           nibble.yield %scaled : f32
         } -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

// Groups are a dimension of their own; outside lies the zero point; the sum starts from the bias and in the destination.
// CHECK-DAG: #[[INPUT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 * 2 + d5, d2 + d6 * 3, d3, d7)>
// CHECK-DAG: #[[FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d5, d6, d7, d3, d4)>
// CHECK-LABEL: @groups
// CHECK-SAME: %[[X:.*]]: tensor<1x5x7x4xi8>, %[[W:.*]]: tensor<3x2x2x6xi8>, %[[B:.*]]: tensor<6xi32>, %[[Z:.*]]: i32, %[[INIT:.*]]: tensor<1x3x5x6xi32>
// CHECK: %[[OUTSIDE:.*]] = arith.trunci %[[Z]] : i32 to i8
// CHECK: %[[PADDED:.*]] = tensor.pad %[[X]] low[0, 1, 0, 0] high[0, 1, 1, 0]
// CHECK: tensor.yield %[[OUTSIDE]]
// CHECK: %[[XG:.*]] = tensor.expand_shape %[[PADDED]] {{\[\[}}0], [1], [2], [3, 4]{{.*}} into tensor<1x7x8x2x2xi8>
// CHECK: %[[WG:.*]] = tensor.expand_shape %[[W]] {{\[\[}}0], [1], [2], [3, 4]{{.*}} into tensor<3x2x2x2x3xi8>
// CHECK: %[[START:.*]] = linalg.generic {{.*}} ins(%[[B]] : tensor<6xi32>) outs(%[[INIT]]
// CHECK: %[[SG:.*]] = tensor.expand_shape %[[START]]
// CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[INPUT]], #[[FILTER]], #{{.*}}]{{.*}} ins(%[[XG]], %[[WG]] : {{.*}} outs(%[[SG]]
// CHECK: %[[Y:.*]] = tensor.collapse_shape %[[SUM]]
// CHECK: return %[[Y]]
func.func @groups(%x: tensor<1x5x7x4xi8>, %w: tensor<3x2x2x6xi8>, %b: tensor<6xi32>, %z: i32, %init: tensor<1x3x5x6xi32>) -> tensor<1x3x5x6xi32> {
  %y = nibble.conv ins(%x, %w : tensor<1x5x7x4xi8>, tensor<3x2x2x6xi8>) bias(%b : tensor<6xi32>) input_zero_point(%z)
         outs(%init : tensor<1x3x5x6xi32>)
         {strides = array<i64: 2, 1>, dilations = array<i64: 1, 3>, padding = array<i64: 1, 1, 0, 1>, groups = 2 : i64,
          inputScheme = #nibble.scheme<s8, zero_point = integer>, filterScheme = #nibble.scheme<s8 narrow>} -> tensor<1x3x5x6xi32>
  return %y : tensor<1x3x5x6xi32>
}

// -----

// f16 is summed in f32 and rounded at the end; sizes may be unknown.
// CHECK-LABEL: @half
// CHECK: tensor.empty(%{{.*}}, %{{.*}}) : tensor<?x4x?xf32>
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: arith.mulf %{{.*}} : f32
// CHECK: arith.addf %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @half(%x: tensor<?x4x8xf16>, %w: tensor<?x?x8xf16>, %init: tensor<?x4x?xf16>) -> tensor<?x4x?xf16> {
  %y = nibble.contract ins(%x, %w : tensor<?x4x8xf16>, tensor<?x?x8xf16>) outs(%init : tensor<?x4x?xf16>)
         {transposeFilter} -> tensor<?x4x?xf16>
  return %y : tensor<?x4x?xf16>
}

// -----

// A probe stays. The window has no place in the input.
// CHECK-LABEL: @observe
// CHECK-SAME: %[[INIT:[a-z0-9]+]]: tensor<1x0x2x3xf32>
// CHECK: %[[Y:.*]] = nibble.observe %[[INIT]] "y"
// CHECK: return %[[Y]]
func.func @observe(%x: tensor<1x2x2x3xf32>, %w: tensor<3x1x3x3xf32>, %init: tensor<1x0x2x3xf32>) -> tensor<1x0x2x3xf32> {
  %0 = nibble.conv ins(%x, %w : tensor<1x2x2x3xf32>, tensor<3x1x3x3xf32>) outs(%init : tensor<1x0x2x3xf32>) -> tensor<1x0x2x3xf32>
  %y = nibble.observe %0 "y" : tensor<1x0x2x3xf32> -> tensor<1x0x2x3xf32>
  return %y : tensor<1x0x2x3xf32>
}

// -----

// CHECK-LABEL: @quantize_ops
// CHECK-NOT: nibble.
// CHECK: return
func.func @quantize_ops(%x: tensor<?x6xf32>) -> (tensor<?x6xf32>, tensor<?x6xi8>) {
  %m = arith.constant dense<0.5> : tensor<f32>
  %s, %z = nibble.choose_params %x as <u8, block = [1, 0], zero_point = integer> : tensor<?x6xf32> -> tensor<?x1xf32> zero_point tensor<?x1xi32>
  %q = nibble.quantize %x scale(%s : tensor<?x1xf32>) zero_point(%z : tensor<?x1xi32>)
         as <u8, block = [1, 0], zero_point = integer> : tensor<?x6xf32> -> tensor<?x6xi8>
  %y = nibble.dequantize %q scale(%s : tensor<?x1xf32>) zero_point(%z : tensor<?x1xi32>)
         as <u8, block = [1, 0], zero_point = integer> : tensor<?x6xi8> -> tensor<?x6xf32>
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) from <s8> to <s8 narrow> : tensor<?x6xi8> -> tensor<?x6xi8>
  return %y, %r : tensor<?x6xf32>, tensor<?x6xi8>
}

// -----

// All problems at once.
func.func @problems(%x: tensor<8x4xi8>, %codes: tensor<8xi8>, %s: tensor<f32>, %buffer: memref<8x8xf32>, %real: tensor<?x4xf32>,
                    %tile: memref<4xf32>) {
  %packed = arith.constant dense<0> : tensor<64xi8>
  %integers = tensor.empty() : tensor<8x2xi32>
  // expected-error @below {{'nibble.contract' op has a filter in a target's own order; expected one in the logical order}}
  %0 = nibble.contract ins(%x, %packed : tensor<8x4xi8>, tensor<64xi8>) outs(%integers : tensor<8x2xi32>)
         {packedFilterShape = array<i64: 4, 2>} -> tensor<8x2xi32>
  %floats = arith.constant dense<1.0> : tensor<4x2xf32>
  // expected-error @below {{'nibble.contract' op multiplies 'tensor<8x4xi8>' by 'tensor<4x2xf32>' into 'i32'; expected i8, i16 or, into a float, floats, and an accumulator of i32, i64 or float}}
  %1 = nibble.contract ins(%x, %floats : tensor<8x4xi8>, tensor<4x2xf32>) outs(%integers : tensor<8x2xi32>) -> tensor<8x2xi32>
  // expected-error @below {{'nibble.contract' op is on buffers; expected tensors}}
  nibble.contract ins(%buffer, %buffer : memref<8x8xf32>, memref<8x8xf32>) outs(%buffer : memref<8x8xf32>)
  // expected-error @below {{'nibble.quantize' op cannot be expressed in upstream dialects: its scheme is #nibble.scheme<s4>}}
  %2 = nibble.quantize %real scale(%s : tensor<f32>) as <s4> : tensor<?x4xf32> -> tensor<?x2xi8>
  // expected-error @below {{'nibble.requantize' op cannot be expressed in upstream dialects: its scheme is #nibble.scheme<s8, scale = [f16]> to #nibble.scheme<s8>}}
  %3 = nibble.requantize %codes multiplier(%s : tensor<f32>) from <s8, scale = [f16]> to <s8> : tensor<8xi8> -> tensor<8xi8>
  // expected-error @below {{'nibble.choose_params' op has groups along a dimension of unknown size}}
  %4 = nibble.choose_params %real as <s8, block = [2, 0]> : tensor<?x4xf32> -> tensor<?x1xf32>
  // expected-error @below {{'nibble.launch' op runs a kernel of a lowered program; expected ops on tensors}}
  nibble.launch @kernel tiles(1) (%tile) : memref<4xf32>
  return
}
func.func private @kernel(index, memref<4xf32>)

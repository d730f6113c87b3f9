// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-sink-dequantize))' | FileCheck %s

// CHECK-LABEL: @reshape
// CHECK-SAME: %[[Q:.*]]: tensor<2x3xi8>
// CHECK: %[[R:.*]] = tensor.collapse_shape %[[Q]] {{\[\[}}0, 1]] : tensor<2x3xi8> into tensor<6xi8>
// CHECK: %[[Y:.*]] = nibble.dequantize %[[R]] scale(%{{.*}} : tensor<f32>) as <s8 narrow> : tensor<6xi8> -> tensor<6xf32>
// CHECK: return %[[Y]]
func.func @reshape(%q: tensor<2x3xi8>) -> tensor<6xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<2x3xi8> -> tensor<2x3xf32>
  %y = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  return %y : tensor<6xf32>
}

// -----

// Maximum pooling compares unsigned codes, starts from the least one, and its result is stored without a new rounding. The
// padding that it ignores is the least code too.
// CHECK-LABEL: @max_pool
// CHECK-SAME: %[[Q:.*]]: tensor<1x3x3x1xi8>
// CHECK-DAG: %[[MIN:.*]] = arith.constant 0 : i8
// CHECK: %[[PAD:.*]] = tensor.pad %[[Q]]
// CHECK: tensor.yield %{{.*}} : i8
// CHECK: %[[FILL:.*]] = linalg.fill ins(%{{.*}} : i8)
// CHECK: %[[P:.*]] = linalg.pooling_nhwc_max_unsigned {{.*}} ins(%[[PAD]], {{.*}}) outs(%[[FILL]] : tensor<1x2x2x1xi8>)
// CHECK-NOT: nibble.
// CHECK: return %[[P]]
func.func @max_pool(%q: tensor<1x3x3x1xi8>) -> tensor<1x2x2x1xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<7> : tensor<i32>
  %lowest = arith.constant 0xFF800000 : f32
  %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x3x3x1xi8> -> tensor<1x3x3x1xf32>
  %padded = tensor.pad %x low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %lowest : f32
  } : tensor<1x3x3x1xf32> to tensor<1x4x4x1xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %empty = tensor.empty() : tensor<1x2x2x1xf32>
  %init = linalg.fill ins(%lowest : f32) outs(%empty : tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
  %p = linalg.pooling_nhwc_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>}
         ins(%padded, %window : tensor<1x4x4x1xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2x2x1xf32>)
         -> tensor<1x2x2x1xf32>
  %r = nibble.quantize %p scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x2x2x1xf32> -> tensor<1x2x2x1xi8>
  return %r : tensor<1x2x2x1xi8>
}

// -----

// CHECK-LABEL: @concat
// CHECK: tensor.concat dim(0) {{.*}} : (tensor<2xi8>, tensor<3xi8>) -> tensor<5xi8>
func.func @concat(%a: tensor<2xi8>, %b: tensor<3xi8>) -> tensor<5xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %a scale(%s : tensor<f32>) as <s8 narrow> : tensor<2xi8> -> tensor<2xf32>
  %y = nibble.dequantize %b scale(%s : tensor<f32>) as <s8 narrow> : tensor<3xi8> -> tensor<3xf32>
  %c = tensor.concat dim(0) %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
  return %c : tensor<5xf32>
}

// -----

// Codes of different scales are not comparable.
// CHECK-LABEL: @different_scales
// CHECK: tensor.concat dim(0) {{.*}} : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
func.func @different_scales(%a: tensor<2xi8>, %b: tensor<3xi8>) -> tensor<5xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %t = arith.constant dense<0.25> : tensor<f32>
  %x = nibble.dequantize %a scale(%s : tensor<f32>) as <s8 narrow> : tensor<2xi8> -> tensor<2xf32>
  %y = nibble.dequantize %b scale(%t : tensor<f32>) as <s8 narrow> : tensor<3xi8> -> tensor<3xf32>
  %c = tensor.concat dim(0) %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
  return %c : tensor<5xf32>
}

// -----

// What is read by index is a code too.
// CHECK-LABEL: @gather
// CHECK-SAME: %[[Q:.*]]: tensor<8xi8>, %[[TABLE:.*]]: tensor<3xindex>
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[TABLE]] : tensor<3xindex>) outs(%{{.*}} : tensor<3xi8>)
// CHECK-NEXT: ^bb0(%[[AT:.*]]: index, %{{.*}}: i8):
// CHECK-NEXT: %[[CODE:.*]] = tensor.extract %[[Q]][%[[AT]]] : tensor<8xi8>
// CHECK-NEXT: linalg.yield %[[CODE]] : i8
// CHECK: nibble.dequantize %[[Y]]
func.func @gather(%q: tensor<8xi8>, %table: tensor<3xindex>) -> tensor<3xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<8xi8> -> tensor<8xf32>
  %empty = tensor.empty() : tensor<3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
         ins(%table : tensor<3xindex>) outs(%empty : tensor<3xf32>) {
  ^bb0(%at: index, %out: f32):
    %element = tensor.extract %x[%at] : tensor<8xf32>
    linalg.yield %element : f32
  } -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

// Near miss: a number is computed of what is read.
// CHECK-LABEL: @interpolate
// CHECK: tensor.extract %{{.*}} : tensor<8xf32>
func.func @interpolate(%q: tensor<8xi8>, %table: tensor<3xindex>) -> tensor<3xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<8xi8> -> tensor<8xf32>
  %empty = tensor.empty() : tensor<3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
         ins(%table : tensor<3xindex>) outs(%empty : tensor<3xf32>) {
  ^bb0(%at: index, %out: f32):
    %element = tensor.extract %x[%at] : tensor<8xf32>
    %sum = arith.addf %element, %element : f32
    linalg.yield %sum : f32
  } -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-raise-quantized-idioms))' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-raise-quantized-idioms))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Per channel, with one zero point for all: it becomes one for each.
// CHECK-LABEL: @per_channel
// CHECK-SAME: %[[CODES:.*]]: tensor<4x8xi8>, %[[SCALES:.*]]: tensor<8xf32>
// CHECK-DAG: %[[S:.*]] = tensor.expand_shape %[[SCALES]] {{\[\[}}0, 1]] output_shape [1, 8] : tensor<8xf32> into tensor<1x8xf32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<128> : tensor<1x8xi32>
// CHECK: %[[X:.*]] = nibble.dequantize %[[CODES]] scale(%[[S]] : tensor<1x8xf32>) zero_point(%[[Z]] : tensor<1x8xi32>) as <u8, block = [0, 1], zero_point = integer> : tensor<4x8xi8> -> tensor<4x8xf32>
// CHECK: return %[[X]]
func.func @per_channel(%codes: tensor<4x8xi8>, %scales: tensor<8xf32>) -> tensor<4x8xf32> {
  %c128 = arith.constant 128 : i32
  %empty = tensor.empty() : tensor<4x8xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
                       iterator_types = ["parallel", "parallel"]}
         ins(%codes, %scales : tensor<4x8xi8>, tensor<8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%code: i8, %scale: f32, %out: f32):
    %wide = arith.extui %code : i8 to i32
    %difference = arith.subi %wide, %c128 : i32
    %real = arith.sitofp %difference : i32 to f32
    %value = arith.mulf %real, %scale : f32
    linalg.yield %value : f32
  } -> tensor<4x8xf32>
  return %x : tensor<4x8xf32>
}

// -----

// One scale, as torch-mlir writes it; what is computed at run time outside stays an operand.
// CHECK-LABEL: @per_tensor
// CHECK-SAME: %[[CODES:.*]]: tensor<4x8xi8>, %[[SCALE:.*]]: f32
// CHECK-DAG: %[[S:.*]] = tensor.from_elements %[[SCALE]] : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<-3> : tensor<i32>
// CHECK: nibble.dequantize %[[CODES]] scale(%[[S]] : tensor<f32>) zero_point(%[[Z]] : tensor<i32>) as <s8, zero_point = integer>
func.func @per_tensor(%codes: tensor<4x8xi8>, %scale: f32) -> tensor<4x8xf32> {
  %zero_point = arith.constant -3.0 : f32
  %empty = tensor.empty() : tensor<4x8xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
                       iterator_types = ["parallel", "parallel"]} ins(%codes : tensor<4x8xi8>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%code: i8, %out: f32):
    %real = arith.sitofp %code : i8 to f32
    %difference = arith.subf %real, %zero_point : f32
    %value = arith.mulf %scale, %difference : f32
    linalg.yield %value : f32
  } -> tensor<4x8xf32>
  return %x : tensor<4x8xf32>
}

// -----

// Groups of 4 along 8, as IREE has them: the groups are a dimension, which a collapse merges.
// CHECK-LABEL: @groups
// CHECK-SAME: %[[CODES:.*]]: tensor<3x2x4xi8>, %[[SCALES:.*]]: tensor<3x2x1xf32>
// CHECK-DAG: %[[Q:.*]] = tensor.collapse_shape %[[CODES]] {{\[\[}}0], [1, 2]] : tensor<3x2x4xi8> into tensor<3x8xi8>
// CHECK-DAG: %[[S:.*]] = tensor.collapse_shape %[[SCALES]] {{\[\[}}0], [1, 2]] : tensor<3x2x1xf32> into tensor<3x2xf32>
// CHECK-DAG: %[[ZERO_POINTS:.*]] = arith.constant dense<{{\[\[}}1, 2], [3, 4], [5, 255]]> : tensor<3x2xi32>
// CHECK: %[[X:.*]] = nibble.dequantize %[[Q]] scale(%[[S]] : tensor<3x2xf32>) zero_point(%{{.*}} : tensor<3x2xi32>) as <u8, block = [1, 4], zero_point = integer> : tensor<3x8xi8> -> tensor<3x8xf32>
// CHECK: return %[[X]]
func.func @groups(%codes: tensor<3x2x4xi8>, %scales: tensor<3x2x1xf32>) -> tensor<3x8xf32> {
  %zero_points = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 255.0]]> : tensor<3x2xf32>
  %empty = tensor.empty() : tensor<3x2x4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>,
                                        affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
         ins(%codes, %scales, %zero_points : tensor<3x2x4xi8>, tensor<3x2x1xf32>, tensor<3x2xf32>) outs(%empty : tensor<3x2x4xf32>) {
  ^bb0(%code: i8, %scale: f32, %zero_point: f32, %out: f32):
    %wide = arith.extui %code : i8 to i32
    %real = arith.uitofp %wide : i32 to f32
    %difference = arith.subf %real, %zero_point : f32
    %value = arith.mulf %difference, %scale : f32
    linalg.yield %value : f32
  } -> tensor<3x2x4xf32>
  %x = tensor.collapse_shape %0 [[0], [1, 2]] : tensor<3x2x4xf32> into tensor<3x8xf32>
  return %x : tensor<3x8xf32>
}

// -----

// A zero point of 0 is none.
// CHECK-LABEL: @named
// CHECK-SAME: %[[X:.*]]: tensor<3x5xi8>, %[[W:.*]]: tensor<5x2xi8>, %[[Z:.*]]: i32
// CHECK: nibble.contract ins(%[[X]], %[[W]] : tensor<3x5xi8>, tensor<5x2xi8>) input_zero_point(%[[Z]]) outs(%{{.*}} : tensor<3x2xi32>) {filterScheme = #nibble.scheme<s8>, inputScheme = #nibble.scheme<s8, zero_point = integer>}
// CHECK: nibble.contract ins({{.*}} : tensor<2x3x5xi8>, tensor<2x5x2xi8>)
// CHECK: nibble.conv ins({{.*}} : tensor<1x4x4x2xi8>, tensor<3x3x2x3xi8>) bias(%{{.*}} : tensor<3xi32>) input_zero_point({{.*}}) filter_zero_point
// CHECK-NOT: linalg.{{.*}}_q
func.func @named(%x: tensor<3x5xi8>, %w: tensor<5x2xi8>, %z: i32, %xs: tensor<2x3x5xi8>, %ws: tensor<2x5x2xi8>,
                 %image: tensor<1x4x4x2xi8>, %filter: tensor<3x3x3x2xi8>, %bias: tensor<3xi32>)
    -> (tensor<3x2xi32>, tensor<2x3x2xi32>, tensor<1x2x2x3xi32>) {
  %zero = arith.constant 0 : i32
  %0 = tensor.empty() : tensor<3x2xi32>
  %zeros = linalg.fill ins(%zero : i32) outs(%0 : tensor<3x2xi32>) -> tensor<3x2xi32>
  %a = linalg.quantized_matmul ins(%x, %w, %z, %zero : tensor<3x5xi8>, tensor<5x2xi8>, i32, i32) outs(%zeros : tensor<3x2xi32>) -> tensor<3x2xi32>
  %batch_zeros = arith.constant dense<0> : tensor<2x3x2xi32>
  %b = linalg.quantized_batch_matmul ins(%xs, %ws, %z, %z : tensor<2x3x5xi8>, tensor<2x5x2xi8>, i32, i32) outs(%batch_zeros : tensor<2x3x2xi32>) -> tensor<2x3x2xi32>
  %1 = tensor.empty() : tensor<1x2x2x3xi32>
  %start = linalg.broadcast ins(%bias : tensor<3xi32>) outs(%1 : tensor<1x2x2x3xi32>) dimensions = [0, 1, 2]
  %c = linalg.conv_2d_nhwc_fhwc_q ins(%image, %filter, %z, %z : tensor<1x4x4x2xi8>, tensor<3x3x3x2xi8>, i32, i32) outs(%start : tensor<1x2x2x3xi32>) -> tensor<1x2x2x3xi32>
  return %a, %b, %c : tensor<3x2xi32>, tensor<2x3x2xi32>, tensor<1x2x2x3xi32>
}

// -----

// What was recognized and is left.
#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: @left
// CHECK-NOT: nibble.dequantize
// REMARK: remark: {{.*}}[Missed] idiom | Category:nibble-import | Reason="its codes have fewer than 8 bits", Remark="a dequantization is left"
// REMARK: Reason="its zero point is not a constant integer", Remark="a dequantization is left"
// REMARK: Reason="its zero point is not a code", Remark="a dequantization is left"
// REMARK: Reason="scale and zero point differ in their blocks", Remark="a dequantization is left"
// REMARK: Reason="its zero point has more than 32 bits", Remark="a dequantization is left"
// REMARK: Reason="its shape is not known", Remark="a dequantization is left"
// REMARK: Reason="its parameters are not operands or constants", Remark="a dequantization is left"
func.func @left(%nibbles: tensor<8xi4>, %codes: tensor<8xi8>, %unknown: tensor<?xi8>, %scale: f32, %zero_point: f32, %zero_points: tensor<8xi64>, %scales: tensor<8xf32>) -> tensor<8xf32> {
  %empty = tensor.empty() : tensor<8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%nibbles : tensor<8xi4>) outs(%empty : tensor<8xf32>) {
  ^bb0(%code: i4, %out: f32):
    %real = arith.sitofp %code : i4 to f32
    %value = arith.mulf %real, %scale : f32
    linalg.yield %value : f32
  } -> tensor<8xf32>
  %half = arith.constant 0.5 : f32
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%codes : tensor<8xi8>) outs(%0 : tensor<8xf32>) {
  ^bb0(%code: i8, %out: f32):
    %real = arith.sitofp %code : i8 to f32
    %difference = arith.subf %real, %half : f32
    %value = arith.mulf %difference, %scale : f32
    linalg.yield %value : f32
  } -> tensor<8xf32>
  %c128 = arith.constant 128 : i32
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%codes : tensor<8xi8>) outs(%1 : tensor<8xf32>) {
  ^bb0(%code: i8, %out: f32):
    %wide = arith.extsi %code : i8 to i32
    %difference = arith.subi %wide, %c128 : i32
    %real = arith.sitofp %difference : i32 to f32
    %value = arith.mulf %real, %scale : f32
    linalg.yield %value : f32
  } -> tensor<8xf32>
  %3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%codes, %scales : tensor<8xi8>, tensor<8xf32>) outs(%2 : tensor<8xf32>) {
  ^bb0(%code: i8, %s: f32, %out: f32):
    %real = arith.sitofp %code : i8 to f32
    %difference = arith.subf %real, %zero_point : f32
    %value = arith.mulf %difference, %s : f32
    linalg.yield %value : f32
  } -> tensor<8xf32>
  %4 = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]} ins(%codes, %zero_points, %scales : tensor<8xi8>, tensor<8xi64>, tensor<8xf32>) outs(%3 : tensor<8xf32>) {
  ^bb0(%code: i8, %z: i64, %s: f32, %out: f32):
    %wide = arith.extsi %code : i8 to i64
    %difference = arith.subi %wide, %z : i64
    %real = arith.sitofp %difference : i64 to f32
    %value = arith.mulf %real, %s : f32
    linalg.yield %value : f32
  } -> tensor<8xf32>
  %cast = tensor.cast %4 : tensor<8xf32> to tensor<?xf32>
  %5 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%unknown : tensor<?xi8>) outs(%cast : tensor<?xf32>) {
  ^bb0(%code: i8, %out: f32):
    %real = arith.sitofp %code : i8 to f32
    %value = arith.mulf %real, %scale : f32
    linalg.yield %value : f32
  } -> tensor<?xf32>
  %back = tensor.cast %5 : tensor<?xf32> to tensor<8xf32>
  %6 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%codes : tensor<8xi8>) outs(%back : tensor<8xf32>) {
  ^bb0(%code: i8, %out: f32):
    %real = arith.sitofp %code : i8 to f32
    %computed = arith.addf %out, %scale : f32
    %value = arith.mulf %real, %computed : f32
    linalg.yield %value : f32
  } -> tensor<8xf32>
  return %6 : tensor<8xf32>
}

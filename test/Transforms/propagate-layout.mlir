// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-propagate-layout),canonicalize)' | FileCheck %s

#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
// CHECK-LABEL: func.func @relu_between_convolutions
//   CHECK-NOT: linalg.transpose
//       CHECK: %[[CONV:.*]] = nibble.conv
//       CHECK: %[[RELU:.*]] = linalg.generic {{.*}} ins(%[[CONV]] : tensor<1x8x8x16xf32>)
//       CHECK: nibble.conv ins(%[[RELU]],
//   CHECK-NOT: linalg.transpose
func.func @relu_between_convolutions(%x: tensor<1x8x8x16xf32>, %w: tensor<1x1x16x16xf32>) -> tensor<1x8x8x16xf32> {
  %zero = arith.constant 0.0 : f32
  %nhwc_empty = tensor.empty() : tensor<1x8x8x16xf32>
  %nchw_empty = tensor.empty() : tensor<1x16x8x8xf32>
  %conv = nibble.conv ins(%x, %w : tensor<1x8x8x16xf32>, tensor<1x1x16x16xf32>) outs(%nhwc_empty : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  %nchw = linalg.transpose ins(%conv : tensor<1x8x8x16xf32>) outs(%nchw_empty : tensor<1x16x8x8xf32>) permutation = [0, 3, 1, 2]
  %relu = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%nchw : tensor<1x16x8x8xf32>) outs(%nchw_empty : tensor<1x16x8x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x16x8x8xf32>
  %nhwc = linalg.transpose ins(%relu : tensor<1x16x8x8xf32>) outs(%nhwc_empty : tensor<1x8x8x16xf32>) permutation = [0, 2, 3, 1]
  %next = nibble.conv ins(%nhwc, %w : tensor<1x8x8x16xf32>, tensor<1x1x16x16xf32>) outs(%nhwc_empty : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  return %next : tensor<1x8x8x16xf32>
}

// -----

// Broadcast operands: a constant per channel and a computed one of shape [N, C, 1, 1]; linalg.index follows the loops.
#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
#channel = affine_map<(n, c, h, w) -> (c)>
#gate = affine_map<(n, c, h, w) -> (n, c, 0, 0)>
// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$CHANNEL:.*]] = affine_map<(d0, d1, d2, d3) -> (d3)>
// CHECK-DAG: #[[$GATE:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, 0, 0, d3)>
// CHECK-LABEL: func.func @broadcasts
//  CHECK-SAME: (%[[X:.*]]: tensor<2x4x5x3xf32>, %[[GATE:.*]]: tensor<2x3x1x1xf32>)
//       CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$CHANNEL]], #[[$GATE]], #[[$ID]]]
//  CHECK-SAME:   ins(%[[X]], %{{.*}}, %{{.*}} : tensor<2x4x5x3xf32>, tensor<3xf32>, tensor<2x1x1x3xf32>)
//       CHECK: linalg.index 3 : index
//       CHECK: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
func.func @broadcasts(%x: tensor<2x4x5x3xf32>, %gate: tensor<2x3x1x1xf32>) -> tensor<2x3x4x5xf32> {
  %scale = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %empty = tensor.empty() : tensor<2x3x4x5xf32>
  %nchw = linalg.transpose ins(%x : tensor<2x4x5x3xf32>) outs(%empty : tensor<2x3x4x5xf32>) permutation = [0, 3, 1, 2]
  %y = linalg.generic {indexing_maps = [#id, #channel, #gate, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%nchw, %scale, %gate : tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<2x3x1x1xf32>) outs(%empty : tensor<2x3x4x5xf32>) {
  ^bb0(%a: f32, %s: f32, %g: f32, %out: f32):
    %i = linalg.index 1 : index
    %i64 = arith.index_cast %i : index to i64
    %f = arith.sitofp %i64 : i64 to f32
    %m = arith.mulf %a, %s : f32
    %p = arith.mulf %m, %g : f32
    %q = arith.addf %p, %f : f32
    linalg.yield %q : f32
  } -> tensor<2x3x4x5xf32>
  return %y : tensor<2x3x4x5xf32>
}

// -----

// One of two operands has a transpose: moving it would only pay if every user undid it.
#id = affine_map<(a, b) -> (a, b)>
// CHECK-LABEL: func.func @tie
//       CHECK: linalg.transpose ins(%arg0
//       CHECK: linalg.generic
//   CHECK-NOT: linalg.transpose
func.func @tie(%x: tensor<4x8xf32>, %y: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %empty = tensor.empty() : tensor<8x4xf32>
  %t = linalg.transpose ins(%x : tensor<4x8xf32>) outs(%empty : tensor<8x4xf32>) permutation = [1, 0]
  %z = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%t, %y : tensor<8x4xf32>, tensor<8x4xf32>) outs(%empty : tensor<8x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<8x4xf32>
  return %z : tensor<8x4xf32>
}

// -----

// CHECK-LABEL: func.func @tie_undone
//  CHECK-SAME: (%[[X:.*]]: tensor<4x8xf32>, %[[Y:.*]]: tensor<8x4xf32>)
//       CHECK: %[[T:.*]] = linalg.transpose ins(%[[Y]]
//       CHECK: linalg.generic {{.*}} ins(%[[X]], %[[T]] :
//   CHECK-NOT: linalg.transpose
#id = affine_map<(a, b) -> (a, b)>
func.func @tie_undone(%x: tensor<4x8xf32>, %y: tensor<8x4xf32>) -> tensor<4x8xf32> {
  %empty = tensor.empty() : tensor<8x4xf32>
  %back_empty = tensor.empty() : tensor<4x8xf32>
  %t = linalg.transpose ins(%x : tensor<4x8xf32>) outs(%empty : tensor<8x4xf32>) permutation = [1, 0]
  %z = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%t, %y : tensor<8x4xf32>, tensor<8x4xf32>) outs(%empty : tensor<8x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<8x4xf32>
  %back = linalg.transpose ins(%z : tensor<8x4xf32>) outs(%back_empty : tensor<4x8xf32>) permutation = [1, 0]
  return %back : tensor<4x8xf32>
}

// -----

// Nearest upsampling reads with its own maps.
#up = affine_map<(n, c, h, w) -> (n, c, h floordiv 2, w floordiv 2)>
#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
// CHECK: #[[$UP:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 floordiv 2, d2 floordiv 2, d3)>
// CHECK-LABEL: func.func @resize
//       CHECK: linalg.generic {indexing_maps = [#[[$UP]], {{.*}} ins(%arg0 :
//       CHECK: linalg.transpose
func.func @resize(%x: tensor<1x4x5x3xf32>) -> tensor<1x3x8x10xf32> {
  %small = tensor.empty() : tensor<1x3x4x5xf32>
  %large = tensor.empty() : tensor<1x3x8x10xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x4x5x3xf32>) outs(%small : tensor<1x3x4x5xf32>) permutation = [0, 3, 1, 2]
  %y = linalg.generic {indexing_maps = [#up, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%nchw : tensor<1x3x4x5xf32>) outs(%large : tensor<1x3x8x10xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<1x3x8x10xf32>
  return %y : tensor<1x3x8x10xf32>
}

// -----

// Global average pooling over transposed space: nothing is left to transpose.
// CHECK-LABEL: func.func @reduce
//       CHECK: linalg.reduce {{.*}} ins(%arg0 : tensor<2x4x5x3xf32>) {{.*}} dimensions = [1, 2]
//   CHECK-NOT: linalg.transpose
func.func @reduce(%x: tensor<2x4x5x3xf32>) -> tensor<2x3xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x4x5xf32>
  %result = tensor.empty() : tensor<2x3xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%result : tensor<2x3xf32>) -> tensor<2x3xf32>
  %nchw = linalg.transpose ins(%x : tensor<2x4x5x3xf32>) outs(%empty : tensor<2x3x4x5xf32>) permutation = [0, 3, 1, 2]
  %y = linalg.reduce {arith.addf} ins(%nchw : tensor<2x3x4x5xf32>) outs(%zeros : tensor<2x3xf32>) dimensions = [2, 3]
  return %y : tensor<2x3xf32>
}

// -----

// The same as a generic, reducing the channels.
#in = affine_map<(n, c, h, w) -> (n, c, h, w)>
#out = affine_map<(n, c, h, w) -> (n, h, w)>
// CHECK: #[[$OUT:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @reduce_generic
//       CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$OUT]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0 :
//   CHECK-NOT: linalg.transpose
func.func @reduce_generic(%x: tensor<2x4x5x3xf32>) -> tensor<2x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x4x5xf32>
  %result = tensor.empty() : tensor<2x4x5xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%result : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  %nchw = linalg.transpose ins(%x : tensor<2x4x5x3xf32>) outs(%empty : tensor<2x3x4x5xf32>) permutation = [0, 3, 1, 2]
  %y = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["parallel", "reduction", "parallel", "parallel"]}
    ins(%nchw : tensor<2x3x4x5xf32>) outs(%zeros : tensor<2x4x5xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> tensor<2x4x5xf32>
  return %y : tensor<2x4x5xf32>
}

// -----

// Softmax, concatenation, slices and padding carry their dimensions along.
// CHECK-LABEL: func.func @structural
//       CHECK: tensor.concat dim(3) %arg0, %arg0
//       CHECK: tensor.extract_slice {{.*}}[0, 0, 0, 1] [2, 4, 5, 4] [1, 1, 1, 1]
//       CHECK: tensor.pad {{.*}} low[0, 1, 2, 0] high[0, 0, 0, 0]
//       CHECK: linalg.softmax dimension(3)
//       CHECK: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
func.func @structural(%x: tensor<2x4x5x3xf32>) -> tensor<2x4x5x7xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x4x5xf32>
  %result = tensor.empty() : tensor<2x4x5x7xf32>
  %nchw = linalg.transpose ins(%x : tensor<2x4x5x3xf32>) outs(%empty : tensor<2x3x4x5xf32>) permutation = [0, 3, 1, 2]
  %c = tensor.concat dim(1) %nchw, %nchw : (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) -> tensor<2x6x4x5xf32>
  %s = tensor.extract_slice %c[0, 1, 0, 0] [2, 4, 4, 5] [1, 1, 1, 1] : tensor<2x6x4x5xf32> to tensor<2x4x4x5xf32>
  %p = tensor.pad %s low[0, 0, 1, 2] high[0, 0, 0, 0] {
  ^bb0(%n: index, %k: index, %h: index, %w: index):
    tensor.yield %zero : f32
  } : tensor<2x4x4x5xf32> to tensor<2x4x5x7xf32>
  %y = linalg.softmax dimension(1) ins(%p : tensor<2x4x5x7xf32>) outs(%result : tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  return %y : tensor<2x4x5x7xf32>
}

// -----

// The head of a detector: Transpose, Reshape and Concat become pure reshapes.
// CHECK-LABEL: func.func @detector_head
//   CHECK-NOT: linalg.transpose
//       CHECK: nibble.conv
//  CHECK-NEXT: tensor.collapse_shape
//   CHECK-NOT: linalg.transpose
func.func @detector_head(%x: tensor<1x4x5x8xf32>, %w: tensor<1x1x8x6xf32>) -> tensor<1x20x6xf32> {
  %nhwc_empty = tensor.empty() : tensor<1x4x5x6xf32>
  %nchw_empty = tensor.empty() : tensor<1x6x4x5xf32>
  %conv = nibble.conv ins(%x, %w : tensor<1x4x5x8xf32>, tensor<1x1x8x6xf32>) outs(%nhwc_empty : tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %nchw = linalg.transpose ins(%conv : tensor<1x4x5x6xf32>) outs(%nchw_empty : tensor<1x6x4x5xf32>) permutation = [0, 3, 1, 2]
  %nhwc = linalg.transpose ins(%nchw : tensor<1x6x4x5xf32>) outs(%nhwc_empty : tensor<1x4x5x6xf32>) permutation = [0, 2, 3, 1]
  %y = tensor.collapse_shape %nhwc [[0], [1, 2], [3]] : tensor<1x4x5x6xf32> into tensor<1x20x6xf32>
  return %y : tensor<1x20x6xf32>
}

// -----

// DepthToSpace: the transposes of layout and operator are one.
// CHECK-LABEL: func.func @pixel_shuffle
//       CHECK: tensor.expand_shape %arg0 {{\[\[}}0], [1], [2], [3, 4, 5]]
//       CHECK: linalg.transpose {{.*}} permutation = [0, 3, 1, 4, 2, 5]
//   CHECK-NOT: linalg.transpose
//       CHECK: tensor.collapse_shape
func.func @pixel_shuffle(%x: tensor<1x4x5x9xf32>) -> tensor<1x1x12x15xf32> {
  %nchw_empty = tensor.empty() : tensor<1x9x4x5xf32>
  %shuffled_empty = tensor.empty() : tensor<1x1x4x3x5x3xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x4x5x9xf32>) outs(%nchw_empty : tensor<1x9x4x5xf32>) permutation = [0, 3, 1, 2]
  %split = tensor.expand_shape %nchw [[0], [1, 2, 3], [4], [5]] output_shape [1, 1, 3, 3, 4, 5] : tensor<1x9x4x5xf32> into tensor<1x1x3x3x4x5xf32>
  %shuffled = linalg.transpose ins(%split : tensor<1x1x3x3x4x5xf32>) outs(%shuffled_empty : tensor<1x1x4x3x5x3xf32>) permutation = [0, 1, 4, 2, 5, 3]
  %y = tensor.collapse_shape %shuffled [[0], [1], [2, 3], [4, 5]] : tensor<1x1x4x3x5x3xf32> into tensor<1x1x12x15xf32>
  return %y : tensor<1x1x12x15xf32>
}

// -----

// Flatten in front of a matrix product: the filter's rows move.
// CHECK-LABEL: func.func @flatten
//       CHECK: %[[CST:.*]] = arith.constant
//       CHECK: linalg.transpose ins(%{{.*}} : tensor<2x2x2x2xf32>) {{.*}} permutation = [1, 2, 0, 3]
//       CHECK: %[[X:.*]] = tensor.collapse_shape %arg0
//       CHECK: nibble.contract ins(%[[X]],
func.func @flatten(%x: tensor<3x2x2x2xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0], [10.0, 11.0], [12.0, 13.0], [14.0, 15.0]]> : tensor<8x2xf32>
  %empty = tensor.empty() : tensor<3x2x2x2xf32>
  %init = tensor.empty() : tensor<3x2xf32>
  %nchw = linalg.transpose ins(%x : tensor<3x2x2x2xf32>) outs(%empty : tensor<3x2x2x2xf32>) permutation = [0, 3, 1, 2]
  %flat = tensor.collapse_shape %nchw [[0], [1, 2, 3]] : tensor<3x2x2x2xf32> into tensor<3x8xf32>
  %y = nibble.contract ins(%flat, %w : tensor<3x8xf32>, tensor<8x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

// A filter computed at run time is not permuted.
// CHECK-LABEL: func.func @flatten_runtime_filter
//       CHECK: linalg.transpose ins(%arg0
//       CHECK: tensor.collapse_shape
//       CHECK: nibble.contract
func.func @flatten_runtime_filter(%x: tensor<3x2x2x2xf32>, %w: tensor<8x2xf32>) -> tensor<3x2xf32> {
  %empty = tensor.empty() : tensor<3x2x2x2xf32>
  %init = tensor.empty() : tensor<3x2xf32>
  %nchw = linalg.transpose ins(%x : tensor<3x2x2x2xf32>) outs(%empty : tensor<3x2x2x2xf32>) permutation = [0, 3, 1, 2]
  %flat = tensor.collapse_shape %nchw [[0], [1, 2, 3]] : tensor<3x2x2x2xf32> into tensor<3x8xf32>
  %y = nibble.contract ins(%flat, %w : tensor<3x8xf32>, tensor<8x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

// CHECK-LABEL: func.func @unit_dims
//   CHECK-NOT: linalg.transpose
//       CHECK: tensor.collapse_shape
//       CHECK: tensor.expand_shape
func.func @unit_dims(%x: tensor<1x1x4x5xf32>) -> tensor<1x4x5x1xf32> {
  %empty = tensor.empty() : tensor<1x4x5x1xf32>
  %nhwc = linalg.transpose ins(%x : tensor<1x1x4x5xf32>) outs(%empty : tensor<1x4x5x1xf32>) permutation = [0, 2, 3, 1]
  return %nhwc : tensor<1x4x5x1xf32>
}

// -----

// Padding that was kept from its convolution by a transpose and an elementwise op.
// CHECK-LABEL: func.func @late_padding
//   CHECK-NOT: tensor.pad
//       CHECK: nibble.conv {{.*}}padding = array<i64: 1, 1, 1, 1>
func.func @late_padding(%x: tensor<1x4x4x2xf32>, %w: tensor<3x3x2x2xf32>) -> tensor<1x4x4x2xf32> {
  %zero = arith.constant 0.0 : f32
  %small = tensor.empty() : tensor<1x2x4x4xf32>
  %large = tensor.empty() : tensor<1x6x6x2xf32>
  %init = tensor.empty() : tensor<1x4x4x2xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x4x4x2xf32>) outs(%small : tensor<1x2x4x4xf32>) permutation = [0, 3, 1, 2]
  %p = tensor.pad %nchw low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%n: index, %k: index, %h: index, %v: index):
    tensor.yield %zero : f32
  } : tensor<1x2x4x4xf32> to tensor<1x2x6x6xf32>
  %nhwc = linalg.transpose ins(%p : tensor<1x2x6x6xf32>) outs(%large : tensor<1x6x6x2xf32>) permutation = [0, 2, 3, 1]
  %y = nibble.conv ins(%nhwc, %w : tensor<1x6x6x2xf32>, tensor<3x3x2x2xf32>) outs(%init : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  return %y : tensor<1x4x4x2xf32>
}

// -----

// A gather reads the source of the transpose by exchanged indices.
#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
// CHECK-LABEL: func.func @gather
//       CHECK: linalg.generic
//   CHECK-DAG: %[[H:.*]] = linalg.index 1
//   CHECK-DAG: %[[W:.*]] = linalg.index 2
//   CHECK-DAG: %[[C:.*]] = linalg.index 3
//   CHECK-DAG: %[[HALF:.*]] = arith.divui %[[H]],
//       CHECK: tensor.extract %arg0[%{{.*}}, %[[HALF]], %[[W]], %[[C]]]
//       CHECK: linalg.transpose
func.func @gather(%x: tensor<1x4x5x3xf32>) -> tensor<1x3x8x5xf32> {
  %two = arith.constant 2 : index
  %small = tensor.empty() : tensor<1x3x4x5xf32>
  %large = tensor.empty() : tensor<1x3x8x5xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x4x5x3xf32>) outs(%small : tensor<1x3x4x5xf32>) permutation = [0, 3, 1, 2]
  %y = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    outs(%large : tensor<1x3x8x5xf32>) {
  ^bb0(%out: f32):
    %n = linalg.index 0 : index
    %c = linalg.index 1 : index
    %h = linalg.index 2 : index
    %w = linalg.index 3 : index
    %half = arith.divui %h, %two : index
    %v = tensor.extract %nchw[%n, %c, %half, %w] : tensor<1x3x4x5xf32>
    linalg.yield %v : f32
  } -> tensor<1x3x8x5xf32>
  return %y : tensor<1x3x8x5xf32>
}

// -----

// Reshapes in a row become one.
// CHECK-LABEL: func.func @reshape_chain
//  CHECK-NEXT: %[[X:.*]] = tensor.expand_shape %arg0 {{.*}} into tensor<1x4x5x1xf32>
//  CHECK-NEXT: return %[[X]]
func.func @reshape_chain(%x: tensor<1x20xf32>) -> tensor<1x4x5x1xf32> {
  %nchw = tensor.expand_shape %x [[0], [1, 2, 3]] output_shape [1, 1, 4, 5] : tensor<1x20xf32> into tensor<1x1x4x5xf32>
  %empty = tensor.empty() : tensor<1x4x5x1xf32>
  %nhwc = linalg.transpose ins(%nchw : tensor<1x1x4x5xf32>) outs(%empty : tensor<1x4x5x1xf32>) permutation = [0, 2, 3, 1]
  return %nhwc : tensor<1x4x5x1xf32>
}

// -----

// A head of a detector with anchors, whose reshape the importer made through one dimension: one transpose is left.
// CHECK-LABEL: func.func @anchors
//   CHECK-NOT: linalg.transpose
//       CHECK: tensor.expand_shape
//  CHECK-SAME:   tensor<1x20x3x6xf32>
//       CHECK: linalg.transpose {{.*}} permutation = [0, 2, 1, 3]
//   CHECK-NOT: linalg.transpose
func.func @anchors(%x: tensor<1x4x5x18xf32>) -> tensor<1x60x6xf32> {
  %nchw_empty = tensor.empty() : tensor<1x18x4x5xf32>
  %last_empty = tensor.empty() : tensor<1x3x20x6xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x4x5x18xf32>) outs(%nchw_empty : tensor<1x18x4x5xf32>) permutation = [0, 3, 1, 2]
  %flat = tensor.collapse_shape %nchw [[0, 1, 2, 3]] : tensor<1x18x4x5xf32> into tensor<360xf32>
  %split = tensor.expand_shape %flat [[0, 1, 2, 3]] output_shape [1, 3, 6, 20] : tensor<360xf32> into tensor<1x3x6x20xf32>
  %last = linalg.transpose ins(%split : tensor<1x3x6x20xf32>) outs(%last_empty : tensor<1x3x20x6xf32>) permutation = [0, 1, 3, 2]
  %y = tensor.collapse_shape %last [[0], [1, 2], [3]] : tensor<1x3x20x6xf32> into tensor<1x60x6xf32>
  return %y : tensor<1x60x6xf32>
}

// -----

// A channel shuffle between NHWC ops: one transpose of the channels alone.
// CHECK-LABEL: func.func @channel_shuffle
//   CHECK-NOT: linalg.transpose
//       CHECK: tensor.expand_shape %arg0
//       CHECK: linalg.transpose
//  CHECK-SAME:   tensor<{{.*}}4x5x2x3xf32>)
//  CHECK-SAME:   tensor<{{.*}}4x5x3x2xf32>)
//   CHECK-NOT: linalg.transpose
func.func @channel_shuffle(%x: tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32> {
  %nchw_empty = tensor.empty() : tensor<1x6x4x5xf32>
  %nhwc_empty = tensor.empty() : tensor<1x4x5x6xf32>
  %shuffled_empty = tensor.empty() : tensor<1x3x2x4x5xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x4x5x6xf32>) outs(%nchw_empty : tensor<1x6x4x5xf32>) permutation = [0, 3, 1, 2]
  %split = tensor.expand_shape %nchw [[0], [1, 2], [3], [4]] output_shape [1, 2, 3, 4, 5] : tensor<1x6x4x5xf32> into tensor<1x2x3x4x5xf32>
  %shuffled = linalg.transpose ins(%split : tensor<1x2x3x4x5xf32>) outs(%shuffled_empty : tensor<1x3x2x4x5xf32>) permutation = [0, 2, 1, 3, 4]
  %joined = tensor.collapse_shape %shuffled [[0], [1, 2], [3], [4]] : tensor<1x3x2x4x5xf32> into tensor<1x6x4x5xf32>
  %nhwc = linalg.transpose ins(%joined : tensor<1x6x4x5xf32>) outs(%nhwc_empty : tensor<1x4x5x6xf32>) permutation = [0, 2, 3, 1]
  return %nhwc : tensor<1x4x5x6xf32>
}

// -----

// Interpolation sums over an inner loop; the tensor that it reads by index runs along the other loops.
#position = affine_map<(n, c, h, w, k) -> (h, k)>
#taps = affine_map<(n, c, h, w, k) -> (k)>
#result = affine_map<(n, c, h, w, k) -> (n, c, h, w)>
// CHECK-DAG: #[[$POSITION:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d4)>
// CHECK-LABEL: func.func @interpolation
//       CHECK: linalg.generic {indexing_maps = [#[[$POSITION]], {{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
//       CHECK: tensor.extract %arg0[
//       CHECK: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
func.func @interpolation(%x: tensor<1x2x5x3xf32>) -> tensor<1x3x4x5xf32> {
  %positions = arith.constant dense<[[0, 0], [0, 1], [0, 1], [1, 1]]> : tensor<4x2xi64>
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %small = tensor.empty() : tensor<1x3x2x5xf32>
  %large = tensor.empty() : tensor<1x3x4x5xf32>
  %window = tensor.empty() : tensor<2xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%large : tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x2x5x3xf32>) outs(%small : tensor<1x3x2x5xf32>) permutation = [0, 3, 1, 2]
  %y = linalg.generic {indexing_maps = [#position, #taps, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
    ins(%positions, %window : tensor<4x2xi64>, tensor<2xf32>) outs(%zeros : tensor<1x3x4x5xf32>) {
  ^bb0(%position: i64, %unused: f32, %sum: f32):
    %n = linalg.index 0 : index
    %c = linalg.index 1 : index
    %h = arith.index_cast %position : i64 to index
    %w = linalg.index 3 : index
    %v = tensor.extract %nchw[%n, %c, %h, %w] : tensor<1x3x2x5xf32>
    %scaled = arith.mulf %v, %half : f32
    %next = arith.addf %sum, %scaled : f32
    linalg.yield %next : f32
  } -> tensor<1x3x4x5xf32>
  return %y : tensor<1x3x4x5xf32>
}

// -----

// Between two convolutions of a model that came quantized: what has one scale, and what has one for each channel.
// CHECK-LABEL: func.func @conversions
//  CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x4xf32>)
//       CHECK: %[[Q:.*]] = nibble.quantize %[[X]] scale(%{{.*}} : tensor<f32>) as <u8> : tensor<1x8x8x4xf32> -> tensor<1x8x8x4xi8>
//       CHECK: %[[D:.*]] = nibble.dequantize %[[Q]] scale(%{{.*}} : tensor<1x1x1x4xf32>) zero_point(%{{.*}} : tensor<1x1x1x4xi32>) as <u8, block = [0, 0, 0, 1], zero_point = integer>
//   CHECK-NOT: linalg.transpose
//       CHECK: return %[[D]]
func.func @conversions(%x: tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %channels = arith.constant dense<[[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]]> : tensor<1x4x1x1xf32>
  %zeros = arith.constant dense<[[[[1]], [[2]], [[3]], [[4]]]]> : tensor<1x4x1x1xi32>
  %nhwc_empty = tensor.empty() : tensor<1x8x8x4xf32>
  %nchw_empty = tensor.empty() : tensor<1x4x8x8xf32>
  %nchw = linalg.transpose ins(%x : tensor<1x8x8x4xf32>) outs(%nchw_empty : tensor<1x4x8x8xf32>) permutation = [0, 3, 1, 2]
  %q = nibble.quantize %nchw scale(%s : tensor<f32>) as <u8> : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xi8>
  %d = nibble.dequantize %q scale(%channels : tensor<1x4x1x1xf32>) zero_point(%zeros : tensor<1x4x1x1xi32>)
         as <u8, block = [0, 1, 0, 0], zero_point = integer> : tensor<1x4x8x8xi8> -> tensor<1x4x8x8xf32>
  %nhwc = linalg.transpose ins(%d : tensor<1x4x8x8xf32>) outs(%nhwc_empty : tensor<1x8x8x4xf32>) permutation = [0, 2, 3, 1]
  return %nhwc : tensor<1x8x8x4xf32>
}

// -----

// Weights are moved as codes: a transposed filter, and one whose output channels are split into groups.
// CHECK-LABEL: func.func @weights
//       CHECK: %[[CODES:.*]] = linalg.transpose ins(%{{.*}} : tensor<4x2xi8>)
//       CHECK: %[[T:.*]] = nibble.dequantize %[[CODES]] scale(%{{.*}} : tensor<1x4xf32>) as <s8, block = [0, 1]> : tensor<2x4xi8> -> tensor<2x4xf32>
//       CHECK: %[[G:.*]] = nibble.dequantize %{{.*}} scale(%{{.*}} : tensor<2x2x1xf32>) as <s8, block = [1, 1, 0]> : tensor<2x2x2xi8> -> tensor<2x2x2xf32>
//       CHECK: %[[F:.*]] = nibble.dequantize %{{.*}} scale(%{{.*}} : tensor<f32>) as <s8> : tensor<8xi8> -> tensor<8xf32>
//       CHECK: return %[[T]], %[[G]], %[[F]]
func.func @weights() -> (tensor<2x4xf32>, tensor<2x2x2xf32>, tensor<8xf32>) {
  %codes = arith.constant dense<[[1, 2], [3, 4], [5, 6], [7, 8]]> : tensor<4x2xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %channels = arith.constant dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %w = nibble.dequantize %codes scale(%channels : tensor<4x1xf32>) as <s8, block = [1, 0]> : tensor<4x2xi8> -> tensor<4x2xf32>
  %v = nibble.dequantize %codes scale(%s : tensor<f32>) as <s8> : tensor<4x2xi8> -> tensor<4x2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %t = linalg.transpose ins(%w : tensor<4x2xf32>) outs(%empty : tensor<2x4xf32>) permutation = [1, 0]
  %grouped = tensor.expand_shape %w [[0, 1], [2]] output_shape [2, 2, 2] : tensor<4x2xf32> into tensor<2x2x2xf32>
  %flat = tensor.collapse_shape %v [[0, 1]] : tensor<4x2xf32> into tensor<8xf32>
  return %t, %grouped, %flat : tensor<2x4xf32>, tensor<2x2x2xf32>, tensor<8xf32>
}

// -----

// Blocks of two elements are none of the flat shape; activations are not moved as codes here.
// CHECK-LABEL: func.func @not_moved
//       CHECK: nibble.dequantize %{{.*}} as <s8, block = [1, 2]>
//       CHECK: tensor.collapse_shape %{{.*}} : tensor<2x4xf32> into tensor<8xf32>
//       CHECK: nibble.dequantize %arg0
//       CHECK: linalg.transpose
func.func @not_moved(%x: tensor<2x4xi8>) -> (tensor<8xf32>, tensor<4x2xf32>) {
  %codes = arith.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %groups = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %w = nibble.dequantize %codes scale(%groups : tensor<2x2xf32>) as <s8, block = [1, 2]> : tensor<2x4xi8> -> tensor<2x4xf32>
  %flat = tensor.collapse_shape %w [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
  %d = nibble.dequantize %x scale(%s : tensor<f32>) as <s8> : tensor<2x4xi8> -> tensor<2x4xf32>
  %empty = tensor.empty() : tensor<4x2xf32>
  %t = linalg.transpose ins(%d : tensor<2x4xf32>) outs(%empty : tensor<4x2xf32>) permutation = [1, 0]
  return %flat, %t : tensor<8xf32>, tensor<4x2xf32>
}

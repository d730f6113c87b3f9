// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-fuse-rows))' | FileCheck %s

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: @centre
// CHECK-SAME: (%[[X:.*]]: tensor<8x64xf32>)
// CHECK: %[[INIT:.*]] = tensor.empty() : tensor<8x64xf32>
// CHECK: %[[Y:.*]] = scf.forall (%[[ROW:.*]]) in (8) shared_outs(%[[ALL:.*]] = %[[INIT]]) -> (tensor<8x64xf32>)
// CHECK: %[[X_ROW:.*]] = tensor.extract_slice %[[X]][%[[ROW]], 0] [1, 64] [1, 1] : tensor<8x64xf32> to tensor<1x64xf32>
// CHECK: %[[LOW:.*]] = linalg.fill {{.*}} -> tensor<1xf32>
// CHECK: %[[MAX:.*]] = linalg.reduce { arith.maximumf } ins(%[[X_ROW]] : tensor<1x64xf32>) outs(%[[LOW]] : tensor<1xf32>) dimensions = [1]
// CHECK: %[[Y_ROW:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[MAX]] : tensor<1x64xf32>, tensor<1xf32>)
// CHECK: arith.subf
// CHECK: tensor.parallel_insert_slice %[[Y_ROW]] into %[[ALL]][%[[ROW]], 0] [1, 64] [1, 1] : tensor<1x64xf32> into tensor<8x64xf32>
// CHECK: return %[[Y]]
func.func @centre(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %empty = tensor.empty() : tensor<8xf32>
  %low = linalg.fill ins(%lowest : f32) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %init = tensor.empty() : tensor<8x64xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<8x64xf32>) outs(%low : tensor<8xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x, %max : tensor<8x64xf32>, tensor<8xf32>) outs(%init : tensor<8x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<8x64xf32>
  return %y : tensor<8x64xf32>
}

// -----

#rows = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>

// Two reductions of the same rows, what follows from both, and what is computed for them only. One value is read behind the loop, by
// an op that stood between the members.
// CHECK-LABEL: @spread
// CHECK: %[[ALL:.*]]:2 = scf.forall ({{.*}}) in (2, 8) shared_outs(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (tensor<2x8xf32>, tensor<2x8xf32>)
// CHECK: %[[ROW:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<1x1x64xf32>) outs(%{{.*}} : tensor<1x1x64xf32>)
// CHECK: math.absf
// CHECK: %[[MIN:.*]] = linalg.reduce { arith.minimumf } ins(%[[ROW]] : tensor<1x1x64xf32>)
// CHECK: %[[MAX:.*]] = linalg.reduce { arith.maximumf } ins(%[[ROW]] : tensor<1x1x64xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[MAX]], %[[MIN]] : tensor<1x1xf32>, tensor<1x1xf32>)
// CHECK: scf.forall.in_parallel
// CHECK: linalg.reduce { arith.addf } ins(%[[ALL]]#0 : tensor<2x8xf32>)
func.func @spread(%x: tensor<2x8x64xf32>, %start: tensor<2x8xf32>, %zero: tensor<2xf32>) -> (tensor<2x8xf32>, tensor<2xf32>) {
  %empty = tensor.empty() : tensor<2x8xf32>
  %init = tensor.empty() : tensor<2x8x64xf32>
  %abs = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel", "parallel"]}
           ins(%x : tensor<2x8x64xf32>) outs(%init : tensor<2x8x64xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = math.absf %a : f32
    linalg.yield %m : f32
  } -> tensor<2x8x64xf32>
  %min = linalg.reduce { arith.minimumf } ins(%abs : tensor<2x8x64xf32>) outs(%start : tensor<2x8xf32>) dimensions = [2]
  %total = linalg.reduce { arith.addf } ins(%min : tensor<2x8xf32>) outs(%zero : tensor<2xf32>) dimensions = [1]
  %max = linalg.reduce { arith.maximumf } ins(%abs : tensor<2x8x64xf32>) outs(%start : tensor<2x8xf32>) dimensions = [2]
  %range = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
                           iterator_types = ["parallel", "parallel"]}
           ins(%max, %min : tensor<2x8xf32>, tensor<2x8xf32>) outs(%empty : tensor<2x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<2x8xf32>
  return %range, %total : tensor<2x8xf32>, tensor<2xf32>
}

// -----

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#cols = affine_map<(d0, d1) -> (d1, d0)>
#col = affine_map<(d0, d1) -> (d1)>

// What mixes rows stays outside, and so does what needs it: here each row meets the maximum of another one.
// CHECK-LABEL: @mixed
// CHECK-NOT: scf.forall
func.func @mixed(%x: tensor<64x64xf32>, %low: tensor<64xf32>) -> tensor<64x64xf32> {
  %init = tensor.empty() : tensor<64x64xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<64x64xf32>) outs(%low : tensor<64xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#rows, #row, #col, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x, %max, %max : tensor<64x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<64x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    %e = arith.addf %d, %c : f32
    linalg.yield %e : f32
  } -> tensor<64x64xf32>
  return %y : tensor<64x64xf32>
}

// -----

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Short rows, and reductions of another dimension than the contiguous one, are left.
// CHECK-LABEL: @short
// CHECK-NOT: scf.forall
func.func @short(%x: tensor<8x15xf32>, %low: tensor<8xf32>, %z: tensor<64x8xf32>) -> (tensor<8x15xf32>, tensor<8xf32>) {
  %init = tensor.empty() : tensor<8x15xf32>
  %empty = tensor.empty() : tensor<8xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<8x15xf32>) outs(%low : tensor<8xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x, %max : tensor<8x15xf32>, tensor<8xf32>) outs(%init : tensor<8x15xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<8x15xf32>
  %sum = linalg.reduce { arith.addf } ins(%z : tensor<64x8xf32>) outs(%low : tensor<8xf32>) dimensions = [0]
  %negated = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
         ins(%sum : tensor<8xf32>) outs(%empty : tensor<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<8xf32>
  return %y, %negated : tensor<8x15xf32>, tensor<8xf32>
}

// -----

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Rows that do not fit in the first-level cache are left.
// CHECK-LABEL: @long
// CHECK-NOT: scf.forall
func.func @long(%x: tensor<8x10000xf32>, %low: tensor<8xf32>) -> tensor<8x10000xf32> {
  %init = tensor.empty() : tensor<8x10000xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<8x10000xf32>) outs(%low : tensor<8xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x, %max : tensor<8x10000xf32>, tensor<8xf32>) outs(%init : tensor<8x10000xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<8x10000xf32>
  return %y : tensor<8x10000xf32>
}

// -----

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A lookup of codes of whole rows is for the target; one of a code for each row is a member.
// CHECK-LABEL: @lookups
// CHECK: scf.forall
// CHECK: linalg.reduce
// CHECK: tensor.extract
// CHECK: scf.forall.in_parallel
// CHECK: linalg.generic
// CHECK: tensor.extract
func.func @lookups(%x: tensor<8x64xi8>, %low: tensor<8xi8>, %table: tensor<256xi8>) -> (tensor<8xi8>, tensor<8x64xi8>) {
  %empty = tensor.empty() : tensor<8xi8>
  %init = tensor.empty() : tensor<8x64xi8>
  %max = linalg.reduce { arith.maxui } ins(%x : tensor<8x64xi8>) outs(%low : tensor<8xi8>) dimensions = [1]
  %a = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
         ins(%max : tensor<8xi8>) outs(%empty : tensor<8xi8>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = tensor.extract %table[%index] : tensor<256xi8>
    linalg.yield %entry : i8
  } -> tensor<8xi8>
  %d = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x, %max : tensor<8x64xi8>, tensor<8xi8>) outs(%init : tensor<8x64xi8>) {
  ^bb0(%c: i8, %m: i8, %out: i8):
    %s = arith.subi %m, %c : i8
    linalg.yield %s : i8
  } -> tensor<8x64xi8>
  %b = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%d : tensor<8x64xi8>) outs(%init : tensor<8x64xi8>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = tensor.extract %table[%index] : tensor<256xi8>
    linalg.yield %entry : i8
  } -> tensor<8x64xi8>
  return %a, %b : tensor<8xi8>, tensor<8x64xi8>
}

//===- LowerPasses.td - from fused ops on tensors to kernels on buffers -----------------------------===//

#ifndef NIBBLE_TRANSFORMS_LOWERPASSES_TD
#define NIBBLE_TRANSFORMS_LOWERPASSES_TD

include "mlir/Pass/PassBase.td"

def AddResultDestinationsPass : Pass<"nibble-add-result-destinations", "::mlir::func::FuncOp"> {
  let summary = "make the caller own the memory of the results";
  let description = [{
    Replaces each result by a buffer argument with the attributes of the result; bufferization then lets the producer write
    there. Arguments get `nibble.role`: `input` for those that were there, which nothing may write to, and `output` for the
    new ones.

    Requires: a function with one block and static shapes.
    Ensures: no results; every former one is an argument with `nibble.role = "output"`.
    Leaves: the body.

    ```mlir
    func.func @main(%x: tensor<4xf32> {nibble.name = "x"}) -> (tensor<4xf32> {nibble.name = "y"}) {
      …
      return %y : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: tensor<4xf32> {bufferization.writable = false, nibble.name = "x", nibble.role = "input"},
                    %out: memref<4xf32> {nibble.name = "y", nibble.role = "output"}) {
      …
      bufferization.materialize_in_destination %y in restrict writable %out : (tensor<4xf32>, memref<4xf32>) -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

def DecomposeAggregatesPass : Pass<"nibble-decompose-aggregates", "::mlir::func::FuncOp"> {
  let summary = "split ops that are made of several loops";
  let description = [{
    Replaces ops with upstream's `AggregatedOpInterface` (`linalg.softmax`) by the structured ops that they are made of.

    Requires: tensors.
    Ensures: no `linalg.softmax`.
    Leaves: everything else.

    ```mlir
    %y = linalg.softmax dimension(1) ins(%x : tensor<2x8xf32>) outs(%init : tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
    becomes
    ```mlir
    %max = linalg.generic … // maximum of each row
    %exp = linalg.generic … // exp(x - max)
    %sum = linalg.generic … // sum of each row
    %y = linalg.generic …   // exp / sum
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
}

def FuseElementwisePass : Pass<"nibble-fuse-elementwise"> {
  let summary = "elementwise ops that follow each other in one loop";
  let description = [{
    Upstream's fusion of elementwise ops and of reshapes between them, for producers with one user, and for a dequantization that only
    loops over elements read: each does it for itself. A lookup in a table of 256 codes (`nibble-tabulate-functions`) stays a loop of
    its own, which a target does by whole vectors.

    Requires: tensors.
    Ensures: no elementwise op but a lookup reads the result of another one that nothing else reads.
    Leaves: everything else.

    ```mlir
    %b = linalg.generic … ins(%a : tensor<8xf32>) outs(%init : tensor<8xf32>) { … math.exp … }
    %c = linalg.generic … ins(%b : tensor<8xf32>) outs(%init : tensor<8xf32>) { … arith.negf … }
    ```
    becomes
    ```mlir
    %c = linalg.generic … ins(%a : tensor<8xf32>) outs(%init : tensor<8xf32>) { … math.exp … arith.negf … }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def FuseRowsPass : Pass<"nibble-fuse-rows", "::mlir::func::FuncOp"> {
  let summary = "compute reductions of rows and what belongs to them row by row";
  let description = [{
    A reduction along the contiguous dimension, and the reductions and elementwise ops around it that need of each other only what lies
    in the same row (softmax, normalization of layers, scales of tokens and the codes by them), become one loop over rows. What
    they hand each other is one row long then: it stays in the first-level cache, and none of it is in the workspace.

    Requires: tensors, static shapes.
    Ensures: nothing.
    Leaves: rows of fewer than 16 elements, or of more than 32 KiB in all; lookups of rows of codes; a reduction that is alone.

    ```mlir
    %max = linalg.reduce { arith.maximumf } ins(%x : tensor<8x64xf32>) outs(%low : tensor<8xf32>) dimensions = [1]
    %y = linalg.generic … ins(%x, %max : tensor<8x64xf32>, tensor<8xf32>) outs(%init : tensor<8x64xf32>) { … arith.subf … }
    ```
    becomes
    ```mlir
    %y = scf.forall (%row) in (8) shared_outs(%all = %init) -> (tensor<8x64xf32>) {
      %x_row = tensor.extract_slice %x[%row, 0] [1, 64] [1, 1] : tensor<8x64xf32> to tensor<1x64xf32>
      %max = linalg.reduce { arith.maximumf } ins(%x_row : tensor<1x64xf32>) outs(%low_row : tensor<1xf32>) dimensions = [1]
      %y_row = linalg.generic … ins(%x_row, %max : tensor<1x64xf32>, tensor<1xf32>) outs(… : tensor<1x64xf32>) { … arith.subf … }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %y_row into %all[%row, 0] [1, 64] [1, 1] : tensor<1x64xf32> into tensor<8x64xf32>
      }
    }
    ```
  }];
  let statistics = [Statistic<"numFused", "fused", "Loops over rows">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def LocalizeDestinationsPass : Pass<"nibble-localize-destinations", "::mlir::func::FuncOp"> {
  let summary = "give every op a destination of its own";
  let description = [{
    Clones a `tensor.empty`, or a `linalg.fill` of one, in front of each destination-passing op that uses it. A destination shared
    by several ops, as common subexpression elimination leaves it, would keep them from writing into different buffers.

    Requires: nothing.
    Ensures: a `tensor.empty` or `linalg.fill` that is a destination has one use, by the op behind it.
    Leaves: everything else.

    ```mlir
    %empty = tensor.empty() : tensor<8xf32>
    %a = linalg.exp ins(%x : tensor<8xf32>) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
    %b = linalg.log ins(%x : tensor<8xf32>) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
    ```
    becomes
    ```mlir
    %empty_a = tensor.empty() : tensor<8xf32>
    %a = linalg.exp ins(%x : tensor<8xf32>) outs(%empty_a : tensor<8xf32>) -> tensor<8xf32>
    %empty_b = tensor.empty() : tensor<8xf32>
    %b = linalg.log ins(%x : tensor<8xf32>) outs(%empty_b : tensor<8xf32>) -> tensor<8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def ExpandMathPass : Pass<"nibble-expand-math"> {
  let summary = "turn math functions of f32 into the operations that Numerics defines them by";
  let description = [{
    The transcendental functions of `math` (`math.exp`, `math.sin`, `math.powf`, …: the lines of `Numerics/Functions.def`) on f32, or vectors
    of f32, become the sequence of separately rounded `arith` operations that `Numerics` defines them by: the result is the same bits on
    every target, equal to the reference's, and the code vectorizes. On f16 and bf16 they are computed in f32 and rounded. Fast-math
    flags do not change the sequence.

    Requires: nothing.
    Ensures: none of these ops on f32, f16 or bf16 or on vectors of them.
    Leaves: ops on f64 and on tensors.

    ```mlir
    %y = math.rsqrt %x : vector<8xf32>
    ```
    becomes
    ```mlir
    %one = arith.constant dense<1.000000e+00> : vector<8xf32>
    %0 = math.sqrt %x : vector<8xf32>
    %y = arith.divf %one, %0 : vector<8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def LocalizeReductionsPass : Pass<"nibble-localize-reductions", "::mlir::func::FuncOp"> {
  let summary = "compute a reduction and its only reader tile by tile";
  let description = [{
    A buffer that is filled, reduced into and read by one elementwise op (an average pool of codes: sums in i32, then scaled and
    rounded) is replaced by one loop over tiles that does all three on a buffer of at most 1024 elements of its own. So a sum goes
    through the stack or registers and never through the workspace. Tiles have equal sizes and are independent of each other.
    Buffers made inside of loops over rows (`nibble-fuse-rows`) are local too.

    Requires: bufferized, static shapes.
    Ensures: nothing; where sums of i32 stay in memory, a remark says why.
    Leaves: reductions with other readers, those whose inputs are written to before the reader, and those whose contiguous
    dimension has no divisor that suits.

    ```mlir
    linalg.fill ins(%start : i32) outs(%sums : memref<1x2048xi32>)
    linalg.generic {…} ins(%x : memref<1x4x2048xi8>) outs(%sums : memref<1x2048xi32>) { … }
    linalg.generic {…} ins(%sums : memref<1x2048xi32>) outs(%y : memref<1x2048xi8>) { … }
    ```
    becomes
    ```mlir
    scf.forall (%n, %c) = (0, 0) to (1, 2048) step (1, 1024) {
      %local = memref.alloca() : memref<1x1024xi32>
      linalg.fill ins(%start : i32) outs(%local : memref<1x1024xi32>)
      linalg.generic {…} ins(%x[%n, 0, %c]) outs(%local : memref<1x1024xi32>) { … }
      linalg.generic {…} ins(%local : memref<1x1024xi32>) outs(%y[%n, %c]) { … }
    }
    ```
  }];
  let statistics = [Statistic<"numLocalized", "localized", "Reductions whose result is local to a kernel">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def LowerConcatPass : Pass<"nibble-lower-concat", "::mlir::func::FuncOp"> {
  let summary = "turn concatenation into writes to slices of one tensor";
  let description = [{
    The tensor is created in front of the first producer of an operand, so that bufferization lets the producers write into
    their slices and nothing is copied (upstream's decomposition creates it behind them, where they can not).

    Requires: nothing.
    Ensures: no `tensor.concat` with static shapes.
    Leaves: everything else.

    ```mlir
    %y = tensor.concat dim(3) %a, %b : (tensor<1x4x4x8xi8>, tensor<1x4x4x16xi8>) -> tensor<1x4x4x24xi8>
    ```
    becomes
    ```mlir
    %empty = tensor.empty() : tensor<1x4x4x24xi8>
    %0 = tensor.insert_slice %a into %empty[0, 0, 0, 0] [1, 4, 4, 8] [1, 1, 1, 1]
    %y = tensor.insert_slice %b into %0[0, 0, 0, 8] [1, 4, 4, 16] [1, 1, 1, 1]
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def LowerKernelLoopsPass : Pass<"nibble-lower-kernel-loops", "::mlir::ModuleOp"> {
  let summary = "turn the linalg ops in kernels into loops, split into tiles";
  let description = [{
    Each `linalg` op of a kernel becomes a loop nest. A long reduction goes outside of the innermost parallel dimension where
    that makes the innermost loop walk contiguous memory; a short one (the window of pooling) is unrolled inside of it, and a
    fill of its destination becomes the first value of the sum. A `scf.forall` becomes loops, and buffers inside of it one for all
    iterations of a tile. The outermost parallel loop is divided among tiles: as many as keep at least `min-work` scalar operations in a tile, at most `max-tiles`. The number of tiles is set at every launch.

    Requires: kernels as `--nibble-outline-kernels` leaves them; static shapes.
    Ensures: no `linalg` op and no `scf.forall` in a kernel that held nothing else.
    Leaves: kernels with a contraction to the target.

    ```mlir
    nibble.launch @exp_0 tiles(1) (%x, %y) : memref<64x1024xf32>, memref<64x1024xf32>
    func.func private @exp_0(%tile: index, %x: memref<64x1024xf32>, %y: memref<64x1024xf32>) {
      linalg.exp ins(%x : memref<64x1024xf32>) outs(%y : memref<64x1024xf32>)
      return
    }
    ```
    becomes, with `min-work=16384`,
    ```mlir
    nibble.launch @exp_0 tiles(4) (%x, %y) : memref<64x1024xf32>, memref<64x1024xf32>
    func.func private @exp_0(%tile: index, %x: memref<64x1024xf32>, %y: memref<64x1024xf32>) {
      %first = arith.muli %tile, %c16 : index
      %last = arith.minsi (%first + 16), %c64 : index
      scf.for %i = %first to %last step %c1 {
        scf.for %j = %c0 to %c1024 step %c1 { … }
      }
      return
    }
    ```
  }];
  let options = [
    Option<"minWork", "min-work", "int64_t", "32768", "Scalar operations that a tile has at least">,
    Option<"maxTiles", "max-tiles", "int64_t", "16", "Tiles of a kernel at most">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def MaterializePaddingPass : Pass<"nibble-materialize-padding", "::mlir::func::FuncOp"> {
  let summary = "give the producers of padded values a buffer with a halo";
  let description = [{
    A convolution with padding, or the reader of a `tensor.pad`, reads from a larger tensor whose border holds the zero point
    (zero, for floats). The tensor is created in front of the producer of the interior, so that bufferization lets the
    producer write into it and nothing is copied. All that read one value with one padding element share one halo, as wide as
    the widest of them needs. A convolution whose border is zero says in `nibble.zero_rows` how many rows of it are at the top
    and at the bottom of its input.

    Requires: constant input zero points.
    Ensures: no `nibble.conv` has padding; no `tensor.pad` with static shapes and a constant element.
    Leaves: everything else.

    ```mlir
    %y = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
           {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
    ```
    becomes
    ```mlir
    %empty = tensor.empty() : tensor<1x10x10x4xf32>
    // four linalg.fill of the border
    %padded = tensor.insert_slice %x into %border[0, 1, 1, 0] [1, 8, 8, 4] [1, 1, 1, 1]
    %y = nibble.conv ins(%padded, %w : tensor<1x10x10x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
           {nibble.zero_rows = array<i64: 1, 1>} -> tensor<1x8x8x16xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def OutlineKernelsPass : Pass<"nibble-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "move every piece of work into a kernel function";
  let description = [{
    Each op of `@main` that reads or writes buffers becomes a `nibble.launch` of a function that holds nothing else;
    neighbouring `linalg.fill` ops share one, and so do a fill and the reduction into it. Constants move along, buffers become arguments (without aliases of different
    allocations: those are marked `llvm.noalias`). Functions that are equal are one: a kernel exists once for each distinct op,
    shape and layout.

    Requires: `@main` bufferized and in one block, buffers with static shape, strides and offset.
    Ensures: `@main` holds views, constants, observers and launches only.
    Leaves: allocations and views.

    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
      linalg.exp ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
      return
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
      nibble.launch @exp_0 tiles(1) (%x, %y) : memref<4xf32>, memref<4xf32>
      return
    }
    func.func private @exp_0(%tile: index, %x: memref<4xf32>, %y: memref<4xf32>) {
      linalg.exp ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numKernels", "kernels", "Distinct kernel functions">,
    Statistic<"numLaunches", "launches", "Launches">,
  ];
  let dependentDialects = ["::nibble::NibbleDialect", "::mlir::func::FuncDialect"];
}

def PlanMemoryPass : Pass<"nibble-plan-memory", "::mlir::ModuleOp"> {
  let summary = "place all buffers in one workspace";
  let description = [{
    Replaces every `memref.alloc` of `@main` by a view of a new argument, the workspace. Buffers that are never alive at the
    same time share memory (greedy by size: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
    2020). Offsets are multiples of 64 bytes; kernels may read 64 bytes past a buffer, so the workspace has as many at its end.

    Requires: `@main` in one block, static shapes.
    Ensures: no allocation; `nibble.workspace_size` on the module; the last argument of `@main` is the workspace.
    Leaves: everything else.

    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
      %0 = memref.alloc() : memref<4xf32>
      …
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %workspace: memref<128xi8> {nibble.role = "workspace"}) {
      %0 = memref.view %workspace[%c0][] : memref<128xi8> to memref<4xf32>
      …
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def PlanWeightsPass : Pass<"nibble-plan-weights", "::mlir::ModuleOp"> {
  let summary = "gather all constants in one blob";
  let description = [{
    Replaces every constant `memref.global` by a view of a new argument of `@main`, the weights, in the order of first use,
    each at a multiple of 64 bytes. Equal bytes are stored once.

    Requires: `@main` in one block.
    Ensures: no `memref.global`; `nibble.weights` on the module holds the bytes; the last argument of `@main` is the weights.
    Leaves: everything else.

    ```mlir
    memref.global "private" constant @c : memref<4xf32> = dense<1.0>
    func.func @main(%y: memref<4xf32>) {
      %0 = memref.get_global @c : memref<4xf32>
      …
    }
    ```
    becomes
    ```mlir
    module attributes {nibble.weights = dense_resource<nibble_weights> : tensor<128xi8>} {
      func.func @main(%y: memref<4xf32>, %weights: memref<128xi8> {nibble.role = "weights"}) {
        %0 = memref.view %weights[%c0][] : memref<128xi8> to memref<4xf32>
        …
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

#endif // NIBBLE_TRANSFORMS_LOWERPASSES_TD

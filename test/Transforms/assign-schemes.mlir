// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes))' | FileCheck %s
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=float32}))' | FileCheck %s --check-prefix=FLOAT
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=%S/Inputs/rounding.yaml}))' | FileCheck %s --check-prefix=ROUNDING
// RUN: not %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=none-such}))' 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// RUN: not %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=auto}))' 2>&1 | FileCheck %s --check-prefix=OPEN

// OPEN: error: recipe 'auto', rule 1 leaves 'nibble.contract' to an assignment (nibble assign), which was not made
// UNKNOWN: error: {{.*}}none-such

// CHECK-LABEL: @contract
// CHECK: nibble.contract
// CHECK-SAME: nibble.schemes = {calibrator = "{{.*}}", filter = #nibble.scheme<s8 narrow, block = [0, 1]>, input = #nibble.scheme<u8, zero_point = integer>}
// FLOAT-LABEL: @contract
// FLOAT: nibble.contract
// FLOAT-SAME: nibble.float = "{{.+}}"
// ROUNDING-LABEL: @contract
// ROUNDING: nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [2, 1]>, round_by = "gptq_act_order", scale_by = "squared_error"}
func.func @contract(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<1.0> : tensor<2x1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// The output channel of a transposed filter is its first dimension.
// CHECK-LABEL: @transposed
// CHECK: filter = #nibble.scheme<s8 narrow, block = [1, 0]>
func.func @transposed(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<1.0> : tensor<1x2xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<1x2xf32>) outs(%init : tensor<1x1xf32>)
         {transposeFilter} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// CHECK-LABEL: @conv
// CHECK: filter = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
func.func @conv(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x3xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x1x3xf32>
  %init = tensor.empty() : tensor<1x2x2x3xf32>
  %y = nibble.conv ins(%x, %w : tensor<1x2x2x1xf32>, tensor<1x1x1x3xf32>) outs(%init : tensor<1x2x2x3xf32>)
         -> tensor<1x2x2x3xf32>
  return %y : tensor<1x2x2x3xf32>
}

// What came quantized keeps its codes, also where they are moved first; a contraction of codes is none of the recipe's business. A float
// input with a filter in codes did not come quantized.
// CHECK-LABEL: @came_quantized
// CHECK: nibble.contract {{.*}} {nibble.in_codes} -> tensor<1x1xf32>
// CHECK: nibble.contract ins(%{{.*}}i8>) {{.*}} {filterScheme = #nibble.scheme<s8>, inputScheme = #nibble.scheme<s8>} -> tensor<1x1xi32>
// CHECK: nibble.contract {{.*}} {nibble.schemes =
// FLOAT-LABEL: @came_quantized
// FLOAT: nibble.contract {{.*}} {nibble.in_codes} -> tensor<1x1xf32>
func.func @came_quantized(%x: tensor<2xi8>, %real: tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>) {
  %codes = arith.constant dense<1> : tensor<2x1xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %init = tensor.empty() : tensor<1x1xf32>
  %sums = tensor.empty() : tensor<1x1xi32>
  %w = nibble.dequantize %codes scale(%s : tensor<f32>) as <s8> : tensor<2x1xi8> -> tensor<2x1xf32>
  %0 = nibble.dequantize %x scale(%s : tensor<f32>) as <s8> : tensor<2xi8> -> tensor<2xf32>
  %row = tensor.expand_shape %0 [[0, 1]] output_shape [1, 2] : tensor<2xf32> into tensor<1x2xf32>
  %y = nibble.contract ins(%row, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  %row_codes = tensor.expand_shape %x [[0, 1]] output_shape [1, 2] : tensor<2xi8> into tensor<1x2xi8>
  %sum = nibble.contract ins(%row_codes, %codes : tensor<1x2xi8>, tensor<2x1xi8>) outs(%sums : tensor<1x1xi32>)
           {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<1x1xi32>
  %z = nibble.contract ins(%real, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y, %sum, %z : tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>
}

// CHECK-LABEL: @volume
// CHECK: linalg.conv_3d_ncdhw_fcdhw {{.*}}nibble.float = "convolutions of three dimensions have no integer form"
func.func @volume(%x: tensor<1x1x2x2x2xf32>) -> tensor<1x1x2x2x2xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x1x1x1xf32>
  %init = arith.constant dense<0.0> : tensor<1x1x2x2x2xf32>
  %y = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>}
         ins(%x, %w : tensor<1x1x2x2x2xf32>, tensor<1x1x1x1x1xf32>) outs(%init : tensor<1x1x2x2x2xf32>)
         -> tensor<1x1x2x2x2xf32>
  return %y : tensor<1x1x2x2x2xf32>
}

// Groups lie along the dimension that is summed; a filter that sums over none has a scale for each channel. Inputs stay float.
// RUN: echo "{activations: float, weights: 'int4-g32', scale_by: squared_error}" > %t.yaml
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=%t.yaml}))' | FileCheck %s --check-prefix=GROUPS
// GROUPS-LABEL: @contract
// GROUPS: nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [32, 1], scale = [f16]>, scale_by = "squared_error"}
// GROUPS-LABEL: @transposed
// GROUPS: nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [1, 32], scale = [f16]>, scale_by = "squared_error"}
// GROUPS-LABEL: @conv
// GROUPS: nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [0, 0, 0, 1], scale = [f16]>, scale_by = "squared_error"}

// Rows of what is summed choose their scales at run time, so that nothing has to be calibrated: one for each image of a convolution.
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=w8a8-dynamic}))' | FileCheck %s --check-prefix=ROWS
// ROWS-LABEL: @contract
// ROWS: nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 1]>, input = #nibble.scheme<s8 narrow, block = [1, 0]>}
// ROWS-LABEL: @conv
// ROWS: nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>, input = #nibble.scheme<s8 narrow, block = [1, 0, 0, 0]>}

// Codes with a zero point for each row would need a correction for each row.
// RUN: echo "{activations: 'u8, zero_point = integer, per token', weights: int8-channel}" > %t.zero.yaml
// RUN: not %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=%t.zero.yaml}))' 2>&1 | FileCheck %s --check-prefix=ZERO
// ZERO: error: recipe '{{.*}}' gives 'nibble.contract' schemes without kernels: the integer form needs 8-bit integers with one f32 scale for its input, or one for each row and no zero point, got #nibble.scheme<u8, block = [1, 0], zero_point = integer>

// A declaration says its own blocks, which not every filter has.
// RUN: echo "{activations: float, weights: '@mine'}" > %t.declared.yaml
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=%t.declared.yaml}))' | FileCheck %s --check-prefix=DECLARED
// DECLARED-LABEL: @contract
// DECLARED: nibble.schemes = {filter = #nibble.scheme<u2 @mine, block = [64, 1], scale = [f16]>}
// DECLARED-LABEL: @conv
// DECLARED: nibble.float = "'@mine' declares blocks of 64, and this operand has no dimension of several elements that are summed"
// RUN: echo "{activations: float, weights: '@mine, groups of 32'}" > %t.others.yaml
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=%t.others.yaml}))' | FileCheck %s --check-prefix=OTHERS
// OTHERS: nibble.float = "'@mine' declares blocks of 64"
nibble.scheme @mine <u2, block = [64], scale = [f16]>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

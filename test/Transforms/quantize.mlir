// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-quantize))' | FileCheck %s

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>
#x = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 1]]> : tensor<2x2xi64>>

// The range [-1, 1.55] of 256 codes: scale 0.01, zero point 100. The bias of 0.5 is a whole number of units 0.01 * 0.02.
// CHECK-LABEL: @contraction
// CHECK-SAME: %[[X:.*]]: tensor<1x2xf32>
// CHECK-DAG: %[[SX:.*]] = arith.constant dense<0.00999999977> : tensor<f32>
// CHECK-DAG: %[[ZX:.*]] = arith.constant dense<100> : tensor<i32>
// CHECK-DAG: %[[Q:.*]] = nibble.quantize %[[X]] scale(%[[SX]] : tensor<f32>) zero_point(%[[ZX]] : tensor<i32>)
// CHECK-DAG: %[[DX:.*]] = nibble.dequantize %[[Q]] scale(%[[SX]] : tensor<f32>) zero_point(%[[ZX]] : tensor<i32>)
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<0.49999997> : tensor<1xf32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}127], [-64]]> : tensor<2x1xi8>
// CHECK-DAG: %[[SW:.*]] = arith.constant dense<2.000000e-02> : tensor<1x1xf32>
// CHECK-DAG: %[[DW:.*]] = nibble.dequantize %[[W]] scale(%[[SW]] : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]>
// CHECK: nibble.contract ins(%[[DX]], %[[DW]] : {{.*}}) bias(%[[BIAS]]
// CHECK-NOT: nibble.quantize
func.func @contraction(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<[[2.54], [-1.28]]> : tensor<2x1xf32>
  %b = arith.constant dense<0.5> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
         outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>
#x = #nibble.statistics<count = 4, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 3]]> : tensor<2x2xi64>, means = dense<[1.0, 4.0]> : tensor<2xf32>>

// The weight -1.275 becomes -1.28; its input of 4 on average would take 0.02 from the mean of the result, which the bias returns.
// CHECK-LABEL: @corrected_bias
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<5.200000e-01> : tensor<1xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}127], [-64]]> : tensor<2x1xi8>
// CHECK: nibble.contract {{.*}} bias(%[[BIAS]]
func.func @corrected_bias(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<[[2.54], [-1.275]]> : tensor<2x1xf32>
  %b = arith.constant dense<0.5> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
         outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
#x = #nibble.statistics<count = 6, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 5]]> : tensor<2x2xi64>, means = dense<[4.0, -3.0]> : tensor<2xf32>>

// Two groups of one channel: 0.005 * 4 in the first, whose middle row always meets the input, and -0.005 * -3 * 2/3 in the second, whose
// first row meets the padding once in three times. A bias is made where there was none.
// CHECK-LABEL: @corrected_padding_and_groups
// CHECK: %[[BIAS:.*]] = arith.constant dense<[2.000000e-02, 0.00999999977]> : tensor<2xf32>
// CHECK: nibble.conv {{.*}} bias(%[[BIAS]]
func.func @corrected_padding_and_groups(%x: tensor<1x3x1x2xf32>) -> tensor<1x3x1x2xf32> {
  %w = arith.constant dense<[[[[2.54, 1.275]]], [[[-1.275, 2.54]]], [[[0.0, 0.0]]]]> : tensor<3x1x1x2xf32>
  %init = tensor.empty() : tensor<1x3x1x2xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x3x1x2xf32> -> tensor<1x3x1x2xf32>
  %y = nibble.conv ins(%0, %w : tensor<1x3x1x2xf32>, tensor<3x1x1x2xf32>) outs(%init : tensor<1x3x1x2xf32>)
         {groups = 2, padding = array<i64: 1, 1, 0, 0>,
          nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<1x3x1x2xf32>
  return %y : tensor<1x3x1x2xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>

// Values are stored in codes between the ops of the function, not of their regions.
// CHECK-LABEL: @nested
// CHECK: nibble.contract {{.*}}nibble.float = "it stands inside of 'scf.if'"
func.func @nested(%x: tensor<1x2xf32>, %condition: i1) -> tensor<1x1xf32> {
  %w = arith.constant dense<1.0> : tensor<2x1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %y = scf.if %condition -> tensor<1x1xf32> {
    %0 = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<1x1xf32>
    scf.yield %0 : tensor<1x1xf32>
  } else {
    scf.yield %init : tensor<1x1xf32>
  }
  return %y : tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>

// A linalg op that could not be raised to an op of ours; a function that is not here.
// CHECK-LABEL: @not_raised
// CHECK: linalg.vecmat {nibble.float = "'linalg.vecmat' has no integer form"
func.func @not_raised(%x: tensor<2xf32>, %init: tensor<3xf32>) -> tensor<3xf32> {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %y = linalg.vecmat {nibble.schemes = {calibrator = "min-max", input = #u8}}
         ins(%x, %w : tensor<2xf32>, tensor<2x3xf32>) outs(%init : tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}
func.func private @declared(tensor<2xf32>)

// -----

// Weights alone: groups of two along the sums, with scales in f16: 127 / 127 and 254 / 127.
// CHECK-LABEL: @weights_only
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}127], [18], [-64], [127]]> : tensor<4x1xi8>
// CHECK-DAG: %[[SW:.*]] = arith.constant dense<{{\[\[}}1.000000e+00], [2.000000e+00]]> : tensor<2x1xf16>
// CHECK-DAG: %[[DW:.*]] = nibble.dequantize %[[W]] scale(%[[SW]] : tensor<2x1xf16>) as <s8, block = [2, 1], scale = [f16]>
// CHECK: nibble.contract ins(%{{.*}}, %[[DW]]
// CHECK-NOT: nibble.schemes
func.func @weights_only(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<[[127.0], [18.0], [-127.0], [254.0]]> : tensor<4x1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x4xf32>, tensor<4x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s8, block = [2, 1], scale = [f16]>}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#x = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 1]]> : tensor<2x2xi64>>

// Codes of 4 bits next to codes of 8: the input is stored, the bias stays as it is. Two codes share a byte: 7 | -7 << 4.
// CHECK-LABEL: @four_bits
// CHECK-DAG: %[[W:.*]] = arith.constant dense<-105> : tensor<1x1xi8>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<3.000000e-01> : tensor<1xf32>
// CHECK-DAG: %[[DW:.*]] = nibble.dequantize %[[W]] {{.*}} as <s4, block = [1, 0]> : tensor<1x1xi8> -> tensor<1x2xf32>
// CHECK: nibble.contract ins(%{{.*}}, %[[DW]] : {{.*}}) bias(%[[BIAS]]
func.func @four_bits(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<[[7.0, -7.0]]> : tensor<1x2xf32>
  %b = arith.constant dense<0.3> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<1x2xf32>) bias(%b : tensor<1xf32>) outs(%init : tensor<1x1xf32>)
         {transposeFilter, nibble.schemes = {calibrator = "min-max", filter = #nibble.scheme<s4, block = [1, 0]>, input = #u8}}
         -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>
#x = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 1]]> : tensor<2x2xi64>>

// Weights that another pass encoded keep their codes, and the bias stays what it is; so do those of an op with a float input.
// CHECK-LABEL: @encoded
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<5.000000e-01> : tensor<1xf32>
// CHECK-DAG: %[[CODES:.*]] = arith.constant dense<{{\[\[}}100], [-64]]> : tensor<2x1xi8>
// CHECK: %[[W:.*]] = nibble.dequantize %[[CODES]]
// CHECK: nibble.contract ins(%{{.*}}, %[[W]] : {{.*}}) bias(%[[BIAS]] {{.*}} {nibble.schemes
// CHECK: nibble.contract ins(%{{.*}}, %[[W]] : {{.*}})
// CHECK-NOT: nibble.schemes
func.func @encoded(%x: tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %codes = arith.constant dense<[[100], [-64]]> : tensor<2x1xi8>
  %scale = arith.constant dense<0.02> : tensor<1x1xf32>
  %b = arith.constant dense<0.5> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %w = nibble.dequantize %codes scale(%scale : tensor<1x1xf32>) as #s8 : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
         outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<1x1xf32>
  %z = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #s8}} -> tensor<1x1xf32>
  return %y, %z : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#x = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 1]]> : tensor<2x2xi64>>

// A filter that came in codes keeps them; the input is stored.
// CHECK-LABEL: @known_codes
// CHECK-DAG: %[[W:.*]] = arith.constant dense<-105> : tensor<1x1xi8>
// CHECK-DAG: %[[DW:.*]] = nibble.dequantize %[[W]] {{.*}} as <s4, block = [1, 0]> : tensor<1x1xi8> -> tensor<1x2xf32>
// CHECK-DAG: %[[Q:.*]] = nibble.quantize %{{.*}} as <u8, zero_point = integer>
// CHECK-DAG: %[[DQ:.*]] = nibble.dequantize %[[Q]]
// CHECK: nibble.contract ins(%[[DQ]], %[[DW]] : {{.*}}) bias(%{{.*}}) outs(%{{.*}}) {nibble.schemes = {{{.*}}}, transposeFilter}
func.func @known_codes(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %codes = arith.constant dense<-105> : tensor<1x1xi8>
  %scale = arith.constant dense<0.5> : tensor<1x1xf32>
  %w = nibble.dequantize %codes scale(%scale : tensor<1x1xf32>) as <s4, block = [1, 0]> : tensor<1x1xi8> -> tensor<1x2xf32>
  %b = arith.constant dense<0.3> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<1x2xf32>) bias(%b : tensor<1xf32>) outs(%init : tensor<1x1xf32>)
         {transposeFilter, nibble.schemes = {calibrator = "min-max", input = #u8}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#x = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 1]]> : tensor<2x2xi64>>

// Where sums would not be of integers, codes of the input would be read as floats: it stays what it is.
// CHECK-LABEL: @known_table
// CHECK-NOT: nibble.quantize
// CHECK: nibble.contract {{.*}}nibble.float = "the integer form needs a filter of integers with one level of scales, got #nibble.scheme<nf4, block = [1, 0]>"
func.func @known_table(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %codes = arith.constant dense<-105> : tensor<1x1xi8>
  %scale = arith.constant dense<0.5> : tensor<1x1xf32>
  %w = nibble.dequantize %codes scale(%scale : tensor<1x1xf32>) as <nf4, block = [1, 0]> : tensor<1x1xi8> -> tensor<1x2xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<1x2xf32>) outs(%init : tensor<1x1xf32>)
         {transposeFilter, nibble.schemes = {calibrator = "min-max", input = #u8}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#row = #nibble.scheme<s8 narrow, block = [1, 0]>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>

// Rows choose their scales at run time. Two ops read the same codes; biases stay as they are.
// CHECK-LABEL: @rows
// CHECK-SAME: %[[X:.*]]: tensor<3x2xf32>
// CHECK-DAG: %[[B:.*]] = arith.constant dense<3.000000e-01> : tensor<1xf32>
// CHECK-DAG: %[[W:.*]] = nibble.dequantize %{{.*}} scale(%{{.*}} : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x1xi8>
// CHECK-DAG: %[[S:.*]] = nibble.choose_params %[[X]] as <s8 narrow, block = [1, 0]> : tensor<3x2xf32> -> tensor<3x1xf32>
// CHECK-DAG: %[[Q:.*]] = nibble.quantize %[[X]] scale(%[[S]] : tensor<3x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<3x2xf32> -> tensor<3x2xi8>
// CHECK-DAG: %[[D:.*]] = nibble.dequantize %[[Q]] scale(%[[S]] : tensor<3x1xf32>) as <s8 narrow, block = [1, 0]>
// CHECK: nibble.contract ins(%[[D]], %[[W]] : {{.*}}) bias(%[[B]]
// CHECK-NOT: nibble.choose_params
// CHECK: nibble.contract ins(%[[D]], %{{.*}} : tensor<3x2xf32>, tensor<2x1xf32>) outs
func.func @rows(%x: tensor<3x2xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>) {
  %w = arith.constant dense<[[2.54], [-1.28]]> : tensor<2x1xf32>
  %v = arith.constant dense<[[1.0], [0.5]]> : tensor<2x1xf32>
  %b = arith.constant dense<0.3> : tensor<1xf32>
  %init = tensor.empty() : tensor<3x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<3x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>) outs(%init : tensor<3x1xf32>)
         {nibble.schemes = {filter = #s8, input = #row}} -> tensor<3x1xf32>
  %z = nibble.contract ins(%x, %v : tensor<3x2xf32>, tensor<2x1xf32>) outs(%init : tensor<3x1xf32>)
         {nibble.schemes = {filter = #s8, input = #row}} -> tensor<3x1xf32>
  return %y, %z : tensor<3x1xf32>, tensor<3x1xf32>
}

// -----

#row = #nibble.scheme<s8 narrow, block = [1, 1, 0]>

// The rows of a filter that is an activation lie along its sums, whichever dimension that is.
// CHECK-LABEL: @columns
// CHECK-DAG: nibble.choose_params %{{.*}} as <s8 narrow, block = [1, 1, 0]> : tensor<2x3x4xf32> -> tensor<2x3x1xf32>
// CHECK-DAG: nibble.choose_params %{{.*}} as <s8 narrow, block = [1, 0, 1]> : tensor<2x4x5xf32> -> tensor<2x1x5xf32>
// CHECK-DAG: nibble.choose_params %{{.*}} as <s8 narrow, block = [1, 0]> : tensor<5x4xf32> -> tensor<5x1xf32>
func.func @columns(%x: tensor<2x3x4xf32>, %w: tensor<2x4x5xf32>, %t: tensor<5x4xf32>) -> (tensor<2x3x5xf32>, tensor<2x3x5xf32>) {
  %init = tensor.empty() : tensor<2x3x5xf32>
  %y = nibble.contract ins(%x, %w : tensor<2x3x4xf32>, tensor<2x4x5xf32>) outs(%init : tensor<2x3x5xf32>)
         {nibble.schemes = {input = #row}} -> tensor<2x3x5xf32>
  %z = nibble.contract ins(%x, %t : tensor<2x3x4xf32>, tensor<5x4xf32>) outs(%init : tensor<2x3x5xf32>)
         {nibble.schemes = {input = #row}, transposeFilter} -> tensor<2x3x5xf32>
  return %y, %z : tensor<2x3x5xf32>, tensor<2x3x5xf32>
}

// -----

#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>

// A scale for each place of a row is in the middle of its sums. 200000 products of 127 * 127 may be more than 2^31.
// CHECK-LABEL: @row_obstacles
// CHECK: nibble.contract ins(%arg0, {{.*}} {nibble.float = "blocks of its input have to be the rows that nibble.conv or nibble.contract sums up, got #nibble.scheme<s8 narrow, block = [1, 1]>"
// CHECK: nibble.contract ins(%arg1, {{.*}} {nibble.float = "sums of up to 3225800000 do not fit a 32-bit accumulator"
func.func @row_obstacles(%x: tensor<3x2xf32>, %long: tensor<1x200000xf32>) -> (tensor<3x1xf32>, tensor<1x1xf32>) {
  %w = arith.constant dense<1.0> : tensor<2x1xf32>
  %v = arith.constant dense<1.0> : tensor<200000x1xf32>
  %init = tensor.empty() : tensor<3x1xf32>
  %init1 = tensor.empty() : tensor<1x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<3x2xf32>, tensor<2x1xf32>) outs(%init : tensor<3x1xf32>)
         {nibble.schemes = {filter = #s8, input = #nibble.scheme<s8 narrow, block = [1, 1]>}} -> tensor<3x1xf32>
  %z = nibble.contract ins(%long, %v : tensor<1x200000xf32>, tensor<200000x1xf32>) outs(%init1 : tensor<1x1xf32>)
         {nibble.schemes = {filter = #s8, input = #nibble.scheme<s8 narrow, block = [1, 0]>}} -> tensor<1x1xf32>
  return %y, %z : tensor<3x1xf32>, tensor<1x1xf32>
}

// -----

#row = #nibble.scheme<s8 narrow, block = [1, 1, 0]>

// What is only moved is encoded in front, as long as its blocks are rows of one dimension; those of the last product are not.
// CHECK-LABEL: @moved
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<5x12xf32>, %[[Y:.*]]: tensor<3x4x5xf32>
// CHECK: %[[HEADS:.*]] = tensor.expand_shape %[[X]] {{.*}} into tensor<5x3x4xf32>
// CHECK: %[[S:.*]] = nibble.choose_params %[[HEADS]] as <s8 narrow, block = [1, 1, 0]> : tensor<5x3x4xf32> -> tensor<5x3x1xf32>
// CHECK: %[[Q:.*]] = nibble.quantize %[[HEADS]] scale(%[[S]] : tensor<5x3x1xf32>)
// CHECK-DAG: %[[QT:.*]] = linalg.transpose ins(%[[Q]] : tensor<5x3x4xi8>) {{.*}} permutation = [1, 2, 0]
// CHECK-DAG: %[[ST:.*]] = linalg.transpose ins(%[[S]] : tensor<5x3x1xf32>) {{.*}} permutation = [1, 2, 0]
// CHECK: nibble.dequantize %[[QT]] scale(%[[ST]] : tensor<3x1x5xf32>) as <s8 narrow, block = [1, 0, 1]> : tensor<3x4x5xi8> -> tensor<3x4x5xf32>
// CHECK: linalg.transpose ins(%[[Y]] : tensor<3x4x5xf32>) outs(%{{.*}} : tensor<4x3x5xf32>) permutation = [1, 0, 2]
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape {{.*}} into tensor<4x15xf32>
// CHECK: nibble.choose_params %[[FLAT]] as <s8 narrow, block = [1, 0]> : tensor<4x15xf32> -> tensor<4x1xf32>
func.func @moved(%x: tensor<5x12xf32>, %y: tensor<3x4x5xf32>) -> (tensor<3x4x5xf32>, tensor<4x1xf32>) {
  %heads = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 3, 4] : tensor<5x12xf32> into tensor<5x3x4xf32>
  %init = tensor.empty() : tensor<3x4x5xf32>
  %w = linalg.transpose ins(%heads : tensor<5x3x4xf32>) outs(%init : tensor<3x4x5xf32>) permutation = [1, 2, 0]
  %square = tensor.empty() : tensor<3x4x5xf32>
  %a = tensor.extract_slice %y[0, 0, 0] [3, 4, 4] [1, 1, 1] : tensor<3x4x5xf32> to tensor<3x4x4xf32>
  %z = nibble.contract ins(%a, %w : tensor<3x4x4xf32>, tensor<3x4x5xf32>) outs(%square : tensor<3x4x5xf32>)
         {nibble.schemes = {input = #row}} -> tensor<3x4x5xf32>
  %swapped = tensor.empty() : tensor<4x3x5xf32>
  %t = linalg.transpose ins(%y : tensor<3x4x5xf32>) outs(%swapped : tensor<4x3x5xf32>) permutation = [1, 0, 2]
  %flat = tensor.collapse_shape %t [[0], [1, 2]] : tensor<4x3x5xf32> into tensor<4x15xf32>
  %ones = arith.constant dense<1.0> : tensor<15x1xf32>
  %init1 = tensor.empty() : tensor<4x1xf32>
  %v = nibble.contract ins(%flat, %ones : tensor<4x15xf32>, tensor<15x1xf32>) outs(%init1 : tensor<4x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 1]>, input = #nibble.scheme<s8 narrow, block = [1, 0]>}} -> tensor<4x1xf32>
  return %z, %v : tensor<3x4x5xf32>, tensor<4x1xf32>
}

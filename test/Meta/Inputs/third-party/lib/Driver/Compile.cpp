#include <zip.h>
#include "onnx/onnx.pb.h"

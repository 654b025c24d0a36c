using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.QuantisedRows;

// Layouts of ggml's backend interface, API version 2, on 64-bit (ggml-backend-impl.h). Fields keep the C names; what this backend leaves out is null.
#pragma warning disable IDE1006, CS0649

/// <summary>ggml_backend_reg, 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlBackendReg
{
    public int api_version;
    public delegate* unmanaged<GgmlBackendReg*, nint> get_name;
    public delegate* unmanaged<GgmlBackendReg*, nuint> get_device_count;
    public delegate* unmanaged<GgmlBackendReg*, nuint, GgmlBackendDevice*> get_device;
    public delegate* unmanaged<GgmlBackendReg*, byte*, void*> get_proc_address;
    public nint context;
}

/// <summary>ggml_backend_device, 136 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlBackendDevice
{
    public delegate* unmanaged<GgmlBackendDevice*, nint> get_name, get_description;
    public delegate* unmanaged<GgmlBackendDevice*, nuint*, nuint*, void> get_memory;
    public delegate* unmanaged<GgmlBackendDevice*, int> get_type;
    public delegate* unmanaged<GgmlBackendDevice*, GgmlBackendDeviceProps*, void> get_props;
    public delegate* unmanaged<GgmlBackendDevice*, byte*, GgmlBackend*> init_backend;
    public delegate* unmanaged<GgmlBackendDevice*, nint> get_buffer_type;
    public nint get_host_buffer_type, buffer_from_host_ptr;
    public delegate* unmanaged<GgmlBackendDevice*, GgmlTensor*, byte> supports_op;
    public delegate* unmanaged<GgmlBackendDevice*, nint, byte> supports_buft;
    public nint offload_op, event_new, event_free, event_synchronize;
    public GgmlBackendReg* reg;
    public nint context;
}

/// <summary>The first fields of ggml_backend_dev_props; the caller has cleared it, and no capability is claimed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GgmlBackendDeviceProps
{
    public nint name, description;
    public nuint memory_free, memory_total;
    public int type;
}

/// <summary>ggml_backend, 152 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlBackend
{
    public byte* guid;
    public delegate* unmanaged<GgmlBackend*, nint> get_name;
    public delegate* unmanaged<GgmlBackend*, void> free;
    public nint set_tensor_async, get_tensor_async, set_tensor_2d_async, get_tensor_2d_async, cpy_tensor_async, synchronize, graph_plan_create, graph_plan_free, graph_plan_update, graph_plan_compute;
    public delegate* unmanaged<GgmlBackend*, nint, int> graph_compute;
    public nint event_record, event_wait, graph_optimize;
    public GgmlBackendDevice* device;
    public RowsContext* context;
}

/// <summary>What belongs to one llama context: its threads, and room for the columns.</summary>
internal unsafe struct RowsContext
{
    public int Threads;
    public Q6KColumns Q6K;
    public Q80Columns Q40;

    public void Free()
    {
        Q6K.Free();
        Q40.Free();
    }
}

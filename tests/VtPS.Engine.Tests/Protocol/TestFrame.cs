using VtPS.Engine.Protocol;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Frames as they go over the wire.</summary>
internal static class TestFrame
{
    public static byte[] Of(FrameType type, byte flags, uint tag, byte[] payload, ushort method = 0)
    {
        byte[] frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader((uint)payload.Length, type, flags, method, tag).Write(frame);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }
}

namespace VtPS.Engine.Protocol;

/// <summary>What went over a connection so far.</summary>
/// <param name="FramesSent">Frames sent.</param>
/// <param name="FramesReceived">Frames received.</param>
/// <param name="BytesSent">Bytes of the frames sent, with their headers.</param>
/// <param name="BytesReceived">Bytes of the frames received, with their headers.</param>
/// <param name="Calls">Requests that this side has sent.</param>
/// <param name="RoundTrips">The length of the longest chain of this side's requests of which each was begun after the one before had been answered: how often latency was waited for.</param>
internal readonly record struct PeerStatistics(long FramesSent, long FramesReceived, long BytesSent, long BytesReceived, long Calls, int RoundTrips);

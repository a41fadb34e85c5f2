namespace VtPS.Engine.Protocol;

/// <summary>What a frame says; the numbers are those on the wire (docs/protocol.md).</summary>
internal enum FrameType : byte
{
    /// <summary>The first frame of each side.</summary>
    Hello = 1,

    /// <summary>Begins a call.</summary>
    Request = 2,

    /// <summary>The answer to a request.</summary>
    Answer = 3,

    /// <summary>Bytes of a request's or an answer's body.</summary>
    Data = 4,

    /// <summary>Ends a call that failed.</summary>
    Error = 5,

    /// <summary>The caller wants no answer any more.</summary>
    Cancel = 6,

    /// <summary>So many more bytes of a body are accepted.</summary>
    Credit = 7,

    /// <summary>Asks for a sign of life.</summary>
    Ping = 8,

    /// <summary>A sign of life.</summary>
    Pong = 9,

    /// <summary>The last frame of a side that ends the connection; with an error, why.</summary>
    Bye = 10,

    /// <summary>How far the called side is with a call whose request asked for it.</summary>
    Progress = 11,
}

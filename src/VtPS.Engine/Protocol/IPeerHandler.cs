namespace VtPS.Engine.Protocol;

/// <summary>Answers the peer's calls; several at a time.</summary>
internal interface IPeerHandler
{
    /// <summary>Answers one call: by <see cref="IncomingCall.AnswerAsync"/>, a body after it if one was announced, or an exception, which the peer gets as an error.</summary>
    Task HandleAsync(IncomingCall call);
}

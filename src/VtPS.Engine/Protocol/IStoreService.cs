namespace VtPS.Engine.Protocol;

/// <summary>One Store as it is served to one client on one level. Disposed of after the connection has ended and every call has come to its end.</summary>
internal interface IStoreService : IPeerHandler, IAsyncDisposable
{
    /// <summary>The answer to the client's Open.</summary>
    byte[] Greeting { get; }
}

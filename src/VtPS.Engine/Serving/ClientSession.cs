using VtPS.Engine.Protocol;

namespace VtPS.Engine.Serving;

/// <summary>One client from its Open on: the Store and the level that it has asked for answer its other calls, which wait until that is open, and fail with it.</summary>
internal sealed class ClientSession : IPeerHandler, IAsyncDisposable
{
    private readonly Func<OpenRequest, CancellationToken, ValueTask<IStoreService>> _open;
    private readonly TaskCompletionSource<IStoreService> _service = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _opened;

    /// <param name="open">From what the client asks for to what serves it, which this then owns; errors are the client's. Called once at most.</param>
    public ClientSession(Func<OpenRequest, CancellationToken, ValueTask<IStoreService>> open) => _open = open;

    /// <inheritdoc/>
    public async Task HandleAsync(IncomingCall call)
    {
        if (call.Method == PeerMethod.Open)
        {
            await OpenAsync(call).ConfigureAwait(false);
        }
        else
        {
            IStoreService service = await _service.Task.WaitAsync(call.Cancelled).ConfigureAwait(false);
            await service.HandleAsync(call).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_service.TrySetCanceled() && _service.Task.IsCompletedSuccessfully)
        {
            await _service.Task.Result.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(IncomingCall call)
    {
        if (Interlocked.Exchange(ref _opened, 1) != 0)
        {
            throw new InvalidDataException("A Store is open already on this connection.");
        }

        try
        {
            OpenRequest request = OpenRequest.Read(call.Payload);
            IStoreService service = await _open(request, call.Cancelled).ConfigureAwait(false);
            _service.SetResult(service);
            await call.AnswerAsync(service.Greeting).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (_service.TrySetException(e))
            {
                _ = _service.Task.Exception;
            }

            throw;
        }
    }
}

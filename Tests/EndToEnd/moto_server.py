"""moto's Amazon Transcribe and IAM in a process of their own, with its signature checks on."""

import json
import subprocess
import sys
import urllib.request

import boto3

from timeouts import eventually
from ports import held, is_open

MODEL = "transcribe::medicaltranscriptionjob"
READS_JOBS = ["transcribe:GetMedicalTranscriptionJob", "transcribe:StartMedicalTranscriptionJob",
              "transcribe:ListMedicalTranscriptionJobs"]


class MotoServer:
    """Users are made first; from the end of the constructor on, every call must be signed by one of them."""

    def __init__(self):
        with held() as self.port:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            eventually(self.is_up, within=20)
        self.url = f"http://127.0.0.1:{self.port}"
        self.reader = self.user("reader", READS_JOBS)
        self.stranger = self.user("stranger", [])
        self.post("reset-auth", b"0")
        self.transcribe = self.client("transcribe", *self.reader)

    def is_up(self):
        assert self.process.poll() is None, "moto ended"
        return is_open(self.port)

    def close(self):
        self.process.terminate()
        self.process.wait(10)

    def client(self, service, key="anything", secret="anything"):
        return boto3.client(
            service, endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=key,
            aws_secret_access_key=secret)

    def user(self, name, actions):
        """The access key of a new user that may do these things."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if actions:
            statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="jobs", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def job_in(self, status, name):
        """A job that is in this state and stays there: moto would move it along with each look."""
        self.let_jobs_move_every(1)
        self.transcribe.start_medical_transcription_job(
            MedicalTranscriptionJobName=name, LanguageCode="en-US", Media={"MediaFileUri": "s3://bucket/visit.wav"},
            OutputBucketName="bucket", Specialty="PRIMARYCARE", Type="CONVERSATION",
            Settings={"ShowSpeakerLabels": True, "MaxSpeakerLabels": 2})
        while self.job(name).get("TranscriptionJobStatus") != status:
            pass
        self.let_jobs_move_every(1_000_000)

    def job(self, name):
        return self.transcribe.get_medical_transcription_job(
            MedicalTranscriptionJobName=name)["MedicalTranscriptionJob"]

    def let_jobs_move_every(self, looks):
        transition = {"model_name": MODEL, "transition": {"progression": "manual", "times": looks}}
        self.post("state-manager/set-transition", json.dumps(transition).encode(), "application/json")

    def post(self, path, content, content_type="text/plain"):
        urllib.request.urlopen(urllib.request.Request(
            f"{self.url}/moto-api/{path}", content, {"Content-Type": content_type}), timeout=10).close()
